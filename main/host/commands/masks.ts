import { resolve } from 'node:path'
import type { Api } from '../../../preload/contract.ts'
import { LabError } from '../../base/errors.ts'
import type { Call, Command, Result } from '../command.ts'
import { columns, count } from '../console.ts'

export const masks: Command = {
  id: 'masks',
  words: 'list | show <folder> | diff <a> <b>',
  about:
    'Which weights stayed: the masks that are kept, one model, or two models compared.\n' +
    'A folder that "lab compress" made, its compression.json, or any model folder, whose weights that are not 0 are its mask;\n' +
    '"show" also takes the hash of a mask. Shares of "diff" are of all weights; Jaccard: kept by both, of those kept by any.',
  flags: [
    { name: 'matrices', about: 'each matrix for itself instead of layers' },
    { name: 'csv', about: 'as CSV' },
  ],
  async run(call) {
    const [verb, a, b, ...more] = call.words
    if (verb === 'list' && a === undefined) return list(call)
    if (verb === 'show' && a !== undefined && b === undefined) return show(call, a)
    if (verb === 'diff' && a !== undefined && b !== undefined && more.length === 0) return diff(call, a, b)
    const came = `got "masks ${call.words.join(' ')}"`
    throw new LabError('cli/usage', `Expected "masks list", "masks show <folder>" or "masks diff <a> <b>", ${came}.`)
  },
}

type Table = readonly (readonly (string | number)[])[]

/** A table for people, or the bare numbers as CSV. */
function give({ console, flags }: Call, head: readonly string[], rows: Table, shown: readonly (readonly string[])[]): void {
  if (!flags.has('csv')) return console.print(columns([head, ...shown]))
  console.print([head, ...rows].map((row) => row.map(quoted).join(',')).join('\n'))
}

function quoted(cell: string | number): string {
  const text = String(cell)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

async function list(call: Call): Promise<Result> {
  const rows = await call.ask('masks.list', null)
  const shown = rows.map((row) => [row.hash, String(row.out), String(row.in), count(row.bytes)])
  if (rows.length === 0) call.console.note('No masks are kept yet: "lab compress" keeps them, and studies with masks: true.')
  else give(call, ['mask', 'out', 'in', 'bytes'], rows.map((row) => [row.hash, row.out, row.in, row.bytes]), shown) // prettier-ignore
  return { json: rows }
}

async function show(call: Call, word: string): Promise<Result> {
  const { ask, console } = call
  const found = await ask('masks.show', { path: pathOf(call, word) })
  console.note(saying(found.set))
  const rows = found.matrices.map(({ name, out, in: width, kept, sparsity }) => [name, out, width, kept, sparsity])
  const shown = found.matrices.map((row) => [row.name, String(row.out), String(row.in), count(row.kept), percent(row.sparsity)])
  give(call, ['matrix', 'out', 'in', 'kept', 'sparsity'], rows, shown)
  return { json: found }
}

async function diff(call: Call, a: string, b: string): Promise<Result> {
  const { ask, console, flags } = call
  const found = await ask('masks.diff', { a: pathOf(call, a), b: pathOf(call, b) })
  console.note(`A: ${saying(found.a)}\nB: ${saying(found.b)}`)
  const lines = [...(flags.has('matrices') ? found.matrices : found.layers), found.total]
  const rows = lines.map((row) => [row.name, row.weights, row.both, row.onlyA, row.onlyB, row.neither, row.jaccard])
  const shown = lines.map(({ name, weights, jaccard, ...parts }) => {
    const shares = [parts.both, parts.onlyA, parts.onlyB, parts.neither].map((n) => percent(n / weights))
    return [name, count(weights), ...shares, jaccard.toFixed(4)]
  })
  const what = flags.has('matrices') ? 'matrix' : 'layer'
  give(call, [what, 'weights', 'kept in both', 'only A', 'only B', 'neither', 'Jaccard'], rows, shown)
  return { json: found }
}

/** A hash is no path. */
function pathOf({ folder }: Call, word: string): string {
  return /^[0-9a-f]{64}$/.test(word) ? word : resolve(folder, word)
}

function saying({ name, from, label }: Api['masks.show'][1]['set']): string {
  const what = from === 'masks' ? 'by the masks of its compression' : 'by its weights that are not 0'
  return `${name}${label === null ? '' : ` (${label})`}, ${what}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
