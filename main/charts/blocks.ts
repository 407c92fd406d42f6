import { seriesColour } from './palette.ts'
import { bitsScale, sparsityScale, type Scale } from './panels.ts'
import type { Series } from './view.ts'

/** Series whose levels lie on one axis, in their colours: those that set weights to zero, or those that code them. */
export interface Block {
  readonly isCoded: boolean
  readonly lines: readonly { readonly series: Series; readonly color: string }[]
}

/** Zeros first, then bits, as far as there are any; the colours are those of the whole figure. */
export function blocksOf(series: readonly Series[]): Block[] {
  const lines = series.map((one, i) => ({ series: one, color: seriesColour(i) }))
  return [false, true].flatMap((isCoded) => {
    const mine = lines.filter(({ series: one }) => one.isCoded === isCoded)
    return mine.length === 0 ? [] : [{ isCoded, lines: mine }]
  })
}

/** The axis of a series' levels; the dense model stands at its left end, and compression grows to the right. */
export function amountScale({ isCoded }: Pick<Series, 'isCoded'>): Scale {
  return isCoded ? bitsScale() : sparsityScale()
}

/** What that axis says; of several series, what either says. */
export function amountTitle(series: readonly Pick<Series, 'isCoded'>[]): string {
  const [zeros, bits] = [series.some(({ isCoded }) => !isCoded), series.some(({ isCoded }) => isCoded)]
  const titles = [...(zeros ? ['sparsity, % of weights set to zero'] : []), ...(bits ? ['bits per weight'] : [])]
  return titles.join('; or ')
}

/** "from 0 to 100 % sparsity for magnitude; by bits per weight for rtn". */
export function amountWords(series: readonly Series[]): string {
  const said = blocksOf(series).map(({ isCoded, lines }) => {
    return `${isCoded ? 'by bits per weight' : 'from 0 to 100 % sparsity'} for ${lines.map(({ series: one }) => one.label).join('; ')}`
  })
  return said.join('; ')
}

/** How to read the axis of bits; '' where there is none. */
export function bitsWords(series: readonly Pick<Series, 'isCoded'>[]): string {
  const hasBits = series.some(({ isCoded }) => isCoded)
  return hasBits ? ' Bits of a weight fall to the right, every halving as wide; what scales take besides is not counted there.' : '' // prettier-ignore
}
