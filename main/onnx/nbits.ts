import type { MatrixShape } from './graph.ts'

/** A matrix as whole numbers: w = scale · (code − zero), each row with a scale and a zero per group of columns (compress/method.ts, Codes). */
export interface Coded {
  /** [out, in]. */
  readonly codes: Uint8Array
  /** [out, groups]. */
  readonly scale: Float32Array
  /** [out, groups]. */
  readonly zero: Uint8Array
  /** Group of each column; length `in`. */
  readonly groupOf: Int32Array
}

/** A coded matrix as com.microsoft.MatMulNBits wants it (onnxruntime/docs/ContribOperators.md): codes of a row packed along its columns. */
export interface Packed {
  /** Bits of a stored code; what has none of these widths is stored in the next. */
  readonly bits: 2 | 4 | 8
  /** Columns that share a scale, as stored. */
  readonly block: number
  readonly blocks: number
  /** Input of each stored column, where they are not in order. */
  readonly order: Int32Array | undefined
  /** [out, blocks, block · bits / 8], the first code in the lowest bits. */
  readonly codes: Uint8Array<ArrayBuffer>
  /** [out, blocks]. */
  readonly scales: Float32Array<ArrayBuffer>
  /** [out, ⌈blocks · bits / 8⌉], packed alike. */
  readonly zeros: Uint8Array<ArrayBuffer>
}

/** Bits that the CPU has a kernel for, of the 2 to 8 that the schema allows. */
const WIDTHS = [2, 4, 8] as const
/** A power of two from 16, as the schema has it; from 512 on there is no kernel. */
const BLOCKS = [16, 32, 64, 128, 256]

/** Packs a coded matrix, or says why it cannot be. Nothing is rounded: the codes stay what they are. */
export function packMatrix({ out, in: width }: MatrixShape, coded: Coded): Packed | string {
  const order = orderOf(coded.groupOf)
  const sizes = sizesOf(coded.groupOf)
  if (sizes.slice(0, -1).some((size) => size !== sizes[0])) return 'its groups have different sizes'
  const most = coded.codes.reduce((a, b) => Math.max(a, b), coded.zero.reduce((a, b) => Math.max(a, b), 0)) // prettier-ignore
  const bits = WIDTHS.find((width) => most < 2 ** width)!
  const bytesOf = (block: number) => Math.ceil(width / block) * (block * bits + 32 + bits)
  // a group may be stored as several blocks of one scale, never a block across groups
  const fitting = BLOCKS.filter((block) => sizes.length === 1 || sizes[0]! % block === 0)
  if (fitting.length === 0) return `blocks of ${BLOCKS.join(', ')} columns do not divide its groups of ${sizes[0]}`
  const block = fitting.reduce((a, b) => (bytesOf(b) <= bytesOf(a) ? b : a))
  const layout = { out, width, block, blocks: Math.ceil(width / block), bits, order, groups: sizes.length }
  const isMoved = order.some((input, i) => input !== i)
  return { bits, block, blocks: layout.blocks, order: isMoved ? order : undefined, ...pack(coded, layout) }
}

interface Layout {
  readonly out: number
  readonly width: number
  readonly block: number
  readonly blocks: number
  readonly bits: number
  readonly order: Int32Array
  readonly groups: number
}

function pack({ codes, scale, zero, groupOf }: Coded, layout: Layout): Pick<Packed, 'codes' | 'scales' | 'zeros'> {
  const { out, width, block, blocks, bits, order, groups } = layout
  const [rowBytes, zeroBytes] = [(blocks * block * bits) / 8, Math.ceil((blocks * bits) / 8)]
  const packed = { codes: new Uint8Array(out * rowBytes), scales: new Float32Array(out * blocks), zeros: new Uint8Array(out * zeroBytes) } // prettier-ignore
  const put = (bytes: Uint8Array, from: number, i: number, code: number) =>
    (bytes[from + ((i * bits) >> 3)]! |= code << ((i * bits) & 7))
  for (let row = 0; row < out; row++) {
    for (let i = 0; i < width; i++) put(packed.codes, row * rowBytes, i, codes[row * width + order[i]!]!)
    for (let b = 0; b < blocks; b++) {
      const at = row * groups + groupOf[order[b * block]!]!
      packed.scales[row * blocks + b] = scale[at]!
      put(packed.zeros, row * zeroBytes, b, zero[at]!)
    }
  }
  return packed
}

/** Columns group by group, those of a group in their order. */
function orderOf(groupOf: Int32Array): Int32Array {
  return Int32Array.from(groupOf.keys()).sort((a, b) => groupOf[a]! - groupOf[b]! || a - b)
}

function sizesOf(groupOf: Int32Array): number[] {
  const sizes: number[] = []
  for (const group of groupOf) sizes[group] = (sizes[group] ?? 0) + 1
  return sizes
}
