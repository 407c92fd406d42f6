/** Numbers as a reader meets them: a real minus sign, fixed digits, a dash where there is none. */
export function fixed(value: number | null, digits: number): string {
  if (value === null) return '–'
  const text = Math.abs(value) >= 1e5 ? value.toExponential(1) : value.toFixed(digits)
  return text.replace(/^-(0(\.0*)?)$/, '$1').replace('-', '−')
}

/** A proportion in percent: 0.123 → "12.3 %". */
export function percent(value: number | null): string {
  return value === null ? '–' : `${fixed(100 * value, Math.abs(value) < 9.995 ? 1 : 0)} %`
}

/** "0.003", "< 0.001". */
export function chanceOf(p: number | null): string {
  if (p === null) return '–'
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** Whole numbers with thousands apart. */
export function whole(n: number): string {
  return n.toLocaleString('en-US')
}

/** "24 Nov 2026, 14:05", in the reader's own time. */
export function moment(iso: string): string {
  const date = new Date(iso)
  return date.toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })
}

/** "1 task", "2 tasks". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${whole(n)} ${n === 1 ? one : many}`
}
