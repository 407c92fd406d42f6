import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { homeFolder } from '../../base/files.ts'
import { measureFolders } from '../../jobs/size/measure.ts'
import type { Command } from '../command.ts'
import { printSizePanel } from '../size-panel.ts'

export const size: Command = {
  id: 'size',
  words: '<folder>…',
  about:
    'Size and speed of model folders: in theory, on disk, measured.\n' +
    'The first is what the others are compared with: name the uncompressed model first. Every model is asked in turn, round by round.',
  flags: [
    { name: 'provider', value: '<name>', about: 'what computes (default: cpu); "lab doctor" lists them' },
    { name: 'threads', value: '<n>', about: 'threads of one operation; 0 takes one per physical core (default)' },
  ],
  async run({ words, flags, console, folder, signal, home }) {
    if (words.length === 0) throw new LabError('cli/usage', 'Expected the paths of model folders, got nothing.')
    const panel = await measureFolders({
      folders: words.map((word) => resolve(folder, word)),
      scratch: join(homeFolder(home), `size-${randomBytes(4).toString('hex')}`),
      provider: flags.text('provider'),
      threads: flags.count('threads', 0) ?? 0,
      signal,
      onStep: (label, done, total) => console.step({ label, done, total, etaMs: null, tokensPerSecond: null }),
    })
    console.settle()
    printSizePanel(console, panel)
    return { json: panel }
  },
}
