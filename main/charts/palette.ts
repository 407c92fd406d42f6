/** Okabe and Ito's colours without yellow, which is lost on white, and ordered so that neighbours differ most. */
export const SERIES_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const

export const INK = '#1f2328'
export const SOFT = '#57606a'
export const FAINT = '#d0d7de'
export const PALE = '#eef1f4'
/** Where nothing can be seen. */
export const GROUND = '#e6e9ed'
/** What is at the floor. */
export const FLOOR = '#8c959f'

export function seriesColour(index: number): string {
  return SERIES_COLOURS[index % SERIES_COLOURS.length]!
}

// ColorBrewer's RdBu, told apart by all common kinds of colour blindness; white where nothing changed
const STOPS: readonly (readonly [number, number, number])[] = [
  [33, 102, 172],
  [103, 169, 207],
  [209, 229, 240],
  [255, 255, 255],
  [253, 219, 199],
  [239, 138, 98],
  [178, 24, 43],
]

/** −1 … 1 to blue … white … red; beyond the ends, the end. */
export function diverging(value: number): string {
  return between(STOPS, (Math.min(1, Math.max(-1, value)) + 1) / 2)
}

// from light to dark, so that the order survives print without colour and all common kinds of colour blindness
const RAMP: readonly (readonly [number, number, number])[] = [
  [240, 160, 48],
  [217, 92, 66],
  [168, 50, 109],
  [91, 31, 122],
  [23, 18, 79],
]

/** The i-th of `count` ordered colours, the first the lightest. */
export function ramp(i: number, count: number): string {
  return between(RAMP, count < 2 ? 1 : i / (count - 1))
}

/** 0 … 1 along the stops. */
function between(stops: readonly (readonly [number, number, number])[], share: number): string {
  const at = share * (stops.length - 1)
  const i = Math.min(stops.length - 2, Math.floor(at))
  const mix = stops[i]!.map((from, c) => Math.round(from + (stops[i + 1]![c]! - from) * (at - i)))
  return `#${mix.map((c) => c.toString(16).padStart(2, '0')).join('')}`
}
