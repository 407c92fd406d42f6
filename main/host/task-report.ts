import type { ShownText, TaskReport } from '../../preload/contract.ts'
import { count, type Console } from './console.ts'

/** Pieces that are shown before the boundary and after it. */
const BEFORE = 6
const AFTER = 60
/** Characters of a text that are shown. */
const LONGEST = 1500

/** A task report as text for a terminal: what is asked, what may surprise, the first documents whole with their boundary. */
export function formatTask(report: TaskReport, { bold, dim }: Pick<Console, 'bold' | 'dim'>): string {
  const fact = (name: string, words: string) => `  ${dim(name.padEnd(10))} ${words}`
  const { name, file, task, data, transforms, faults, warnings } = report
  const lines = [`${bold(name)}  ${dim(file)}`]
  if (task) lines.push(fact('asks', `${task.ask}, ${count(task.shots)} shots, scored by ${task.scorers.join(', ')}`))
  for (const { id, place, isBuiltIn } of transforms) {
    lines.push(
      fact('calls', `${id} (${place}), ${isBuiltIn ? 'which is built in' : 'which is not built in: the task cannot be asked'}`),
    )
  }
  if (task) lines.push(fact('data', data ?? '–'), fact('documents', sizes(report)), fact('labels', labels(report)))
  lines.push(...faults.slice(0, 5).map(({ message }) => fact('bad row', message)))
  if (faults.length > 5) lines.push(fact('', `… and ${count(faults.length - 5)} more`))
  lines.push(...warnings.map((warning) => `  ! ${warning}`))
  for (const { id, gold, number, texts } of report.shown) {
    lines.push(
      '',
      `  ${bold(`document ${id}`)}${gold === null ? '' : dim(`  choice ${gold} is right`)}${number === null ? '' : dim(`  ${number} is right`)}`, // prettier-ignore
      ...showTexts(texts, gold),
    )
  }
  return lines.join('\n')
}

function sizes({
  documents,
  lengths: { unit, texts, min, median, p95, max },
  truncated,
  tooLong,
  fallbacks,
}: TaskReport): string {
  const parts = [`${count(documents)} with ${count(texts)} texts of ${count(min)} to ${count(max)} ${unit}, half of them up to ${count(median)}, 95 % up to ${count(p95)}`] // prettier-ignore
  if (unit === 'tokens')
    parts.push(`${count(truncated)} truncated, ${count(tooLong)} too long, ${count(fallbacks)} encoded apart`)
  return parts.join('; ')
}

function labels({ task, labels: counts, documents }: TaskReport): string {
  if (task?.ask === 'number') return 'none: the right answer is a number'
  if (counts.length === 0) return 'none: nothing to choose from'
  return counts.map((n, i) => `${i}: ${count(n)} (${((100 * n) / documents).toFixed(1)} %)`).join('  ')
}

/** A context that all choices share is shown once. */
function showTexts(texts: readonly ShownText[], gold: number | null): string[] {
  const shared = texts.every(({ context }) => context === texts[0]!.context) ? texts[0]!.context : undefined
  const head = shared === undefined || shared === '' ? [] : indent(`${shared}▸`)
  return [
    ...head,
    ...texts.flatMap(({ context, continuation, pieces }, i) => {
      const mark = i === gold ? '✓' : ' '
      const whole = shared === undefined ? `${context}▸${continuation}` : `▸${continuation}`
      const tokens = pieces ? [`      tokens ${spell(pieces)}`] : []
      return [...indent(whole, `  ${mark} │ `), ...tokens]
    }),
  ]
}

function spell({ context, continuation }: NonNullable<ShownText['pieces']>): string {
  const words = (pieces: readonly string[]) => pieces.map((piece) => JSON.stringify(piece).slice(1, -1)).join('|')
  const before = context.length > BEFORE ? `…|${words(context.slice(-BEFORE))}` : words(context)
  const after = continuation.length > AFTER ? `${words(continuation.slice(0, AFTER))}|…` : words(continuation)
  return `${before} ▸ ${after}`
}

function indent(text: string, first = '    │ '): string[] {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${count(text.length)} characters)` : text
  return shown.split('\n').map((line, i) => `${i === 0 ? first : '    │ '}${line}`)
}
