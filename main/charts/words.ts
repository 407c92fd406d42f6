/** Numbers as a reader meets them: a real minus sign, fixed digits, a dash where there is none. */
export function fixed(value: number | null, digits: number): string {
  if (value === null) return '–'
  if (Math.abs(value) >= 1e5) return minus(value.toExponential(1))
  const text = value.toFixed(digits)
  return minus(/^-0(\.0*)?$/.test(text) ? text.slice(1) : text)
}

/** With a sign on both sides of zero: "+0.21", "−0.21". */
export function signed(value: number | null, digits: number): string {
  const text = fixed(value, digits)
  return value !== null && value > 0 && !/^0(\.0*)?$/.test(text) ? `+${text}` : text
}

/** A proportion in percent, without the sign: 0.123 → "12.3". */
export function percent(value: number | null, digits = 1): string {
  return fixed(value === null ? null : 100 * value, digits)
}

/** How many times as much, in three digits: "1.20", "1,340", "3.2e+7". */
export function multiple(value: number): string {
  if (value >= 1e6 || (value > 0 && value < 1e-3)) return minus(value.toExponential(1))
  return value >= 100 ? whole(Math.round(value)) : value.toPrecision(3)
}

/** "p = 0.003", "p < 0.001". */
export function pValue(p: number | null): string {
  if (p === null) return 'p –'
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`
}

/** Whole numbers with thousands apart: 260,032. Written by hand since a locale's data may differ from machine to machine. */
export function whole(n: number): string {
  return minus(String(n)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** "1 task", "2 tasks". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${whole(n)} ${n === 1 ? one : many}`
}

/** "a", "a and b", "a, b and c". */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`
}

/** What a score is called of which less is better: "perplexity" for all kinds of it. */
export function lossName(scorer: string): string {
  return scorer.includes('perplexity') ? 'perplexity' : (LOSSES[scorer] ?? scorer.replaceAll('_', ' '))
}
const LOSSES: Readonly<Record<string, string>> = { mse: 'squared error', brier_score: 'Brier score' }

/** With a capital: method names are written small, sentences are not. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function minus(text: string): string {
  return text.replace('-', '−')
}
