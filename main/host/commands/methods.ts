import type { MethodParam, MethodRow } from '../../../preload/contract.ts'
import { LabError } from '../../base/errors.ts'
import { nearest } from '../../base/text.ts'
import type { Call, Command } from '../command.ts'
import { columns } from '../console.ts'

export const methods: Command = {
  id: 'methods',
  words: '[method]',
  about:
    'The compression methods: what each compares within, what it needs, its sources.\n' +
    'With a method: its card, with formula, cost and parameters.',
  flags: [],
  async run(call) {
    const { words, console, ask } = call
    const rows = await ask('methods.list', null)
    const [word, ...more] = words
    if (more.length > 0) throw new LabError('cli/usage', `Expected at most one method, got "${words.join(' ')}".`)
    if (word !== undefined) {
      const row = find(rows, word)
      printCard(call, row)
      return { json: row }
    }
    const lines = rows.map((row) => [row.id, row.label, amountOf(row), groupOf(row), row.needs.join(', ') || '–', row.cite])
    console.print(columns([['method', 'label', 'takes', 'compares within', 'needs', 'source'], ...lines]))
    console.print(
      '\nA sparsity is free or a pattern { keep: N, of: M }, which keeps N of each M weights along the inputs; "profile: owl" spreads a\n' +
        'free one over layers by their outliers (Yin et al. 2023, arXiv 2310.05175). "lab methods wanda" shows the card of a method.',
    )
    return { json: rows }
  },
}

const groupOf = ({ group }: MethodRow) => (group === 'none' ? '–' : group)

/** What a level of a method is given by. */
function amountOf({ kind }: MethodRow): string {
  return { score: 'sparsity, pattern', solve: 'sparsity, pattern', code: 'bits 2–8, 16', noise: 'as the one it is like' }[kind]
}

function find(rows: readonly MethodRow[], word: string): MethodRow {
  const found = rows.find(({ id }) => id === word)
  if (found) return found
  const known = rows.map(({ id }) => id)
  const meant = nearest(word, known)
  throw new LabError(
    'compress/method',
    `Expected a method of ${known.join(', ')}, got "${word}"${meant ? `; perhaps "${meant}"` : ''}.`,
  )
}

function printCard({ console }: Call, row: MethodRow): void {
  const facts = [
    ['formula', row.formula],
    ['takes', row.kind === 'noise' ? 'the sparsity, pattern or bits of the method it is like' : amountOf(row)],
    ['compares within', row.groups.length === 0 ? '–' : `${row.group} (of ${row.groups.join(', ')})`],
    ['needs', row.needs.join(', ') || '–'],
    ['costs', row.cost],
    ['source', row.cite],
  ]
  console.print(`${console.bold(row.label)}\n${row.about}\n`)
  for (const [name, value] of facts) console.print(`${console.dim(name!.padEnd(16))} ${value}`)
  if (row.params.length === 0) return
  console.print(`\n${console.bold('Parameters')}`)
  console.print(
    columns([['name', 'values', 'left out'], ...row.params.map((param) => [param.id, valuesOf(param), leftOut(param)])]),
  )
  for (const { id, about } of row.params) console.print(`\n${console.dim(id)}: ${about}`)
}

/** What a parameter may be, with its unit. */
function valuesOf({ kind, choices, min, max, isMaxAllowed, isWhole, unit }: MethodParam): string {
  if (kind === 'choice') return choices.join(', ')
  if (kind === 'boolean') return 'true, false'
  if (kind === 'params') return 'parameters, as an object'
  const range = max === null ? `from ${min ?? '−∞'} on` : `${min ?? '−∞'} to ${isMaxAllowed ? '' : 'below '}${max}`
  return [isWhole ? `${range}, whole` : range, unit && `(${unit})`].filter(Boolean).join(' ')
}

function leftOut({ default: value, isRequired }: MethodParam): string {
  return isRequired ? 'not allowed' : value === null ? 'see below' : String(value)
}
