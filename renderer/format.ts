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

/** "640 B", "12.3 MB", "1.4 GB". */
export function bytes(n: number | null): string {
  if (n === null) return '–'
  const power = n < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(n) / 3))
  return power === 0 ? `${n} B` : `${Number((n / 1000 ** power).toPrecision(3))} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/** Large counts in three digits: 1,234 → "1.23 k", 7.2e9 → "7.2 B". */
export function count(n: number | null): string {
  if (n === null) return '–'
  const power = n < 1e5 ? 0 : Math.min(4, Math.floor(Math.log10(n) / 3))
  return power === 0 ? whole(n) : `${Number((n / 1000 ** power).toPrecision(3))} ${['', 'k', 'M', 'B', 'T'][power]}`
}

/** A length of time as one says it: "42 s", "3 min 5 s", "2 h 10 min". */
export function duration(ms: number | null): string {
  if (ms === null) return '–'
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  const minutes = Math.floor(s / 60)
  return minutes < 60 ? `${minutes} min ${s % 60} s` : `${whole(Math.floor(minutes / 60))} h ${minutes % 60} min`
}

/** "14:05:31", in the reader's own time. */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB')
}

/** With a sign on both sides of zero: "+0.21", "−0.21". */
export function signed(value: number | null, digits: number): string {
  const text = fixed(value, digits)
  return value !== null && value > 0 && !/^0(\.0*)?$/.test(text) ? `+${text}` : text
}
