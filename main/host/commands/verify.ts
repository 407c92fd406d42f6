import { resolve } from 'node:path'
import { oneWord, type Command } from '../command.ts'
import { count } from '../console.ts'

export const verify: Command = {
  id: 'verify',
  words: '<bundle.zip>',
  about:
    'Check a bundle: its bytes, its hashes, its table.\n' +
    'Every byte against its hash, the table against the items. Nothing of it is written or run; the first thing that is wrong is named.',
  flags: [],
  async run(call) {
    const { ask, console, folder } = call
    const facts = await ask('bundles.verify', { file: resolve(folder, oneWord(call, 'the path of a bundle')) })
    const { study, lab, cells, hasItems, masks, models, bundle, isRecomputed, entries, bytes } = facts
    const table = isRecomputed
      ? 'follows from the items, computed anew'
      : hasItems
        ? `not computed anew: made by lab ${lab}`
        : 'not computed anew: there are no items'
    const lines: [string, string][] = [
      ['study', `${study.name}, ${study.title}`],
      ['cells', `${count(cells.done)} of ${count(cells.planned)} done, ${count(cells.failed)} failed`],
      ...Object.entries(models).map(([name, hash]): [string, string] => ['model', `${name}, weights ${hash}`]),
      ['made by', `lab ${lab}, begun ${study.createdAt}`],
      ['holds', `${count(entries)} files, ${count(bytes)} bytes, ${hasItems ? 'items' : 'no items'}, ${count(masks)} masks`],
      ['hashes', `all as the manifest says (${bundle})`],
      ['table', table],
    ]
    for (const [name, said] of lines) console.print(`${console.dim(name.padEnd(8))} ${said}`)
    return { json: facts }
  },
}
