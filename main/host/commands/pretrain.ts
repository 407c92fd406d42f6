import { resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { runPretrain } from '../../jobs/pretrain/run.ts'
import { oneWord, type Command } from '../command.ts'
import { duration } from '../../base/text.ts'

export const pretrain: Command = {
  id: 'pretrain',
  words: '<recipe.yaml>',
  about:
    'Train a small model from nothing, into a Hugging Face folder.\n' +
    'Ctrl-C stops within a second; the same command goes on from the last checkpoint. Never writes over a folder.',
  flags: [
    { name: 'out', value: '<folder>', about: 'the folder to make (required)' },
    { name: 'provider', value: '<name>', about: 'what computes (default: cpu); "lab doctor" lists them' },
    { name: 'threads', value: '<n>', about: 'threads of one operation; 0 takes one per physical core (default)' },
  ],
  async run(call) {
    const { flags, console, folder, signal } = call
    const file = resolve(folder, oneWord(call, 'the path of a recipe file'))
    const out = flags.text('out')
    if (out === undefined) throw new LabError('cli/usage', 'Expected --out <folder>, where the model shall be, got nothing.')
    const [provider, threads] = [flags.text('provider'), flags.count('threads', 0)]
    const began = performance.now()
    const outcome = await runPretrain(file, {
      out: resolve(folder, out),
      ...(provider !== undefined && { provider }),
      ...(threads !== undefined && { threads }),
      signal,
      onProgress: ({ step, steps, loss, learningRate, tokensPerSecond, etaMs }) =>
        console.step({
          ...{ done: step, total: steps, etaMs, tokensPerSecond },
          label: `loss ${loss.toFixed(3)}  rate ${learningRate.toPrecision(3)}`,
        }),
    })
    console.settle()
    console.print(outcome.isNew ? `Made in ${duration(performance.now() - began)}:` : 'Made before, and left as it is:')
    console.print(`  ${outcome.folder}`)
    return { json: outcome }
  },
}
