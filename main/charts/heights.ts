import { logScale, niceScale, timesWords, type Scale } from './panels.ts'

/** A score in percent of dense with its interval; null where there is none. */
export interface Height {
  readonly y: number
  readonly low: number | null
  readonly high: number | null
}

/** An axis for percent of dense, the line at 100 on it, wide enough for all marks and half of each bar; of perplexities logarithmic, marked as multiples. */
export function heightScale(heights: readonly Height[], isLog: boolean, more: readonly number[], count = 5): Scale {
  const own = heights.flatMap(({ y, low, high }) => [y, (y + (low ?? y)) / 2, (y + (high ?? y)) / 2])
  const all = [...own, ...more]
  if (isLog) return { ...logScale(Math.min(100, ...all), Math.max(200, ...all)), isLog, label: (v) => timesWords(v / 100) }
  const label = (v: number) => String(Number(v.toPrecision(6)))
  return { ...niceScale(Math.max(0, Math.min(90, ...all)), Math.max(105, ...all), count), label }
}
