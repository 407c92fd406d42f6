import type { ChartOption } from '../../main/charts/option.ts'

/** A chart drawn for white paper, drawn for a dark ground: what was light becomes dark and the reverse, each colour keeping its hue. */
export function forNight(option: ChartOption): ChartOption {
  return turn(option) as ChartOption
}

const COLOUR = /^#[\da-f]{6}$/i
const known = new Map<string, string>()

// what a custom series draws is known only when it is drawn
function turn(value: unknown): unknown {
  if (typeof value === 'string') return COLOUR.test(value) ? nightOf(value) : value
  if (typeof value === 'function') return wrap(value as (...words: unknown[]) => unknown)
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map(turn)
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'symbol' ? inner : turn(inner)]))
}

function wrap(draw: (...words: unknown[]) => unknown) {
  return (...words: unknown[]): unknown => {
    const drawn = draw(...words)
    return typeof drawn === 'object' ? turn(drawn) : drawn
  }
}

/** Lightness turned round between the dark ground (0.23) and near white, in OKLab (Ottosson 2020). */
function nightOf(colour: string): string {
  const found = known.get(colour)
  if (found !== undefined) return found
  const [l, a, b] = toLab([1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255))
  // strong colours of middle lightness are lifted, so that they stand out from the ground as they did from paper
  const chroma = Math.hypot(a, b)
  const dark = 1 - l
  const light = 0.235 + 0.74 * dark * (1.45 - 0.45 * dark) + Math.min(0.05, chroma * 0.3) * Math.sin(Math.PI * l)
  const night = toHex(toRgb([Math.min(0.95, light), a * 0.92, b * 0.92]))
  known.set(colour, night)
  return night
}

type Triple = readonly [number, number, number]

function toLab(srgb: readonly number[]): Triple {
  const [r, g, b] = srgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function toRgb([L, a, b]: Triple): number[] {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
  return linear.map((c) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055))
}

function toHex(rgb: readonly number[]): string {
  const byte = (c: number) => Math.round(255 * Math.min(1, Math.max(0, c || 0)))
  return `#${rgb.map((c) => byte(c).toString(16).padStart(2, '0')).join('')}`
}
