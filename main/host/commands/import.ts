import { resolve } from 'node:path'
import { oneWord, type Command } from '../command.ts'
import { count } from '../console.ts'

export const importCommand: Command = {
  id: 'import',
  words: '<bundle.zip>',
  about:
    'Add a bundle to the store; a second time adds nothing.\n' +
    'Its cells are then on record as if run here; the study is marked as imported. A bundle without items keeps its tables as they came.',
  flags: [],
  async run(call) {
    const { ask, console, folder } = call
    const done = await ask('bundles.import', { file: resolve(folder, oneWord(call, 'the path of a bundle')) })
    const { study, name, rows, masks } = done
    const added = rows + masks === 0 ? 'all of it was here' : `${count(rows)} new rows, ${count(masks)} new masks`
    console.print(`${name} (${study.slice(0, 8)}): ${added}.`)
    return { json: done }
  },
}
