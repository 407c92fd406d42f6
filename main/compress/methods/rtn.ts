import type { z } from 'zod'
import { codeOf, gridOf, mostOf } from '../grid.ts'
import type { CodeMethod } from '../method.ts'
import { bits, checkScales, filled, groupSize, per, range, shrink, symmetric, withDefaults } from '../params.ts'

const DEFAULTS = { symmetric: false, shrink: false, per: 'row' as 'row' | 'tensor' }
const params = withDefaults({ bits, groupSize, per, symmetric, range, shrink }, DEFAULTS).superRefine(checkScales)

/**
 * Each weight becomes the nearest number of a grid over the range of its row, of its group of columns, or of its matrix: scale · (clamp(round(w / scale) +
 * zero, 0, 2^bits − 1) − zero), halves to even (round-to-nearest; paper.md 4.8).
 */
export const rtn: CodeMethod<z.output<typeof params>> = {
  kind: 'code',
  id: 'rtn',
  label: 'Round to nearest',
  cite: 'Baseline of Frantar et al. 2023, arXiv 2210.17323',
  formula: 'Q(w) = scale · (clamp(round(w / scale) + zero, 0, 2^b − 1) − zero)',
  about: 'Each weight becomes the nearest number of its grid: the baseline of every quantiser.',
  cost: 'one pass over the weights; 80 with shrink',
  needs: [],
  params,
  bits: (p) => p.bits,
  isSymmetric: (p) => p.symmetric ?? DEFAULTS.symmetric,
  code({ out, in: width, w }, _, p) {
    const settings = filled(DEFAULTS, p)
    const isShared = settings.per === 'tensor'
    const size = isShared ? width : Math.min(p.groupSize ?? width, width)
    const groups = Math.ceil(width / size)
    const codes = new Uint8Array(w.length)
    const scale = new Float32Array(out * groups)
    const zero = new Uint8Array(out * groups)
    const shared = isShared ? gridOf(w, settings) : undefined
    const most = mostOf(settings.bits)
    for (let row = 0; row < out; row++) {
      for (let group = 0; group < groups; group++) {
        const from = row * width + group * size
        const to = Math.min(from + size, (row + 1) * width)
        const grid = shared ?? gridOf(w.subarray(from, to), settings)
        scale[row * groups + group] = grid.scale
        zero[row * groups + group] = grid.zero
        for (let i = from; i < to; i++) codes[i] = codeOf(w[i]!, grid.scale, grid.zero, most)
      }
    }
    const groupOf = Int32Array.from({ length: width }, (_, i) => Math.floor(i / size))
    return { codes, scale, zero, groupOf, ...(isShared && { isShared }) }
  },
}
