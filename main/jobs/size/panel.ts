import type { Device } from '../../engine/session.ts'
import type { Contents } from './contents.ts'
import { spreadOf, type FileSpeed, type Speed } from './speed.ts'

/** One way a model is stored and run. */
export interface SizeRow {
  readonly name: string
  /** 'plain': every weight as a number; 'coded': MatMulNBits where it can. */
  readonly form: 'plain' | 'coded'
  readonly parameters: number
  /** Fraction of zeros among compressible weights. */
  readonly sparsity: number
  /** Bytes of the weights alone: as dense numbers, and in the best way this model allows. */
  readonly denseBytes: number
  readonly leastBytes: number
  /** What that best way is, in words. */
  readonly leastAs: string
  /** Bytes on disk, null where there is no such file: safetensors, and ONNX with its data. */
  readonly tensorBytes: number
  readonly onnxBytes: number | null
  /** Tokens per second of the ONNX form of this row. */
  readonly reading: Speed
  readonly writing: Speed
}

/** What compression brought in size and speed, and what it did not, in numbers and in sentences. */
export interface SizePanel {
  readonly device: Device
  /** The first is what the others are compared with. */
  readonly rows: readonly SizeRow[]
  readonly sentences: readonly string[]
}

/** A model in one form, as it was measured. `onnxBytes` null: its ONNX form was written for the measurement alone. */
export interface Measured {
  readonly contents: Contents
  readonly form: SizeRow['form']
  readonly onnxBytes: number | null
  readonly speed: FileSpeed
}

/** Bits that say of each weight whether it is kept: one in a bitmap; 2 of 4 take as much, two for each kept weight. */
const INDEX_BITS = 1

/** Bytes of the weights alone, as dense numbers of the stored width and in the best way the model allows. */
export function theoreticalBytes({ parameters, compressible, zeros, storedBits, codeBits }: Contents): {
  readonly dense: number
  readonly least: number
  readonly as: string
} {
  const dense = (parameters * storedBits) / 8
  const others = ((parameters - compressible) * storedBits) / 8
  const ways = [
    { least: dense, as: 'dense' },
    { least: others + ((compressible - zeros) * storedBits + compressible * INDEX_BITS) / 8, as: 'kept weights and a bitmap' },
    ...(codeBits === null ? [] : [{ least: others + (compressible * codeBits) / 8, as: `codes of ${round(codeBits)} bits` }]),
  ]
  return { dense, ...ways.reduce((a, b) => (b.least < a.least ? b : a)) }
}

const ZEROS =
  'Zeros alone make no dense graph smaller or faster: it stores and multiplies them like any other weight. Where a speed differs all the same, the cause is another.'

/** Rows and sentences of what was measured; the first is what the others are compared with. */
export function panelOf(device: Device, measured: readonly Measured[]): SizePanel {
  const rows = measured.map(({ contents, form, onnxBytes, speed }): SizeRow => {
    const { dense, least, as } = theoreticalBytes(contents)
    return {
      ...{ name: contents.name, form, parameters: contents.parameters, sparsity: contents.zeros / contents.compressible },
      ...{ denseBytes: dense, leastBytes: least, leastAs: as, tensorBytes: contents.tensorBytes, onnxBytes },
      ...{ reading: speed.reading, writing: speed.writing },
    }
  })
  const [base, ...others] = measured
  const sentences = others.flatMap((one) => [...sizeWords(one, base!), speedWords(one, base!)])
  const isPruned = measured.some(({ contents }) => contents.zeros > 0 && contents.codeBits === null)
  return {
    device,
    rows,
    sentences: [...new Set([...sentences, ...(isPruned ? [ZEROS] : []), ...measured.flatMap(patternWords)])],
  }
}

function sizeWords({ contents, form, onnxBytes }: Measured, { contents: base }: Measured): string[] {
  const { name, zeros, compressible, tensorBytes, onnx, parameters, codeBits } = contents
  const { least, as } = theoreticalBytes(contents)
  if (form === 'coded') {
    const plain = parameters - compressible
    const rest = `${onnx!.coded} matrices as codes; the other ${share(plain, parameters)} of the weights (embeddings, norms) as float32, as is each scale`
    return [`${name} as ONNX with codes takes ${megabytes(onnxBytes!)}: ${rest}.`]
  }
  const words: string[] = []
  if (codeBits !== null) {
    words.push(
      `${name} as safetensors takes ${megabytes(tensorBytes)}: it holds the numbers that its codes stand for, not the codes.`,
    )
  } else if (zeros > 0) {
    const same = Math.abs(tensorBytes - base.tensorBytes) < 0.01 * base.tensorBytes
    const than = same
      ? `as much as ${base.name}: a zero is stored in as many bits as any other weight`
      : `against ${megabytes(base.tensorBytes)} of ${base.name}`
    words.push(`${name} is ${share(zeros, compressible)} zeros, and takes ${megabytes(tensorBytes)}, ${than}.`)
  }
  if (as !== 'dense') words.push(`Stored as ${as} and nothing else, the weights of ${name} would take ${megabytes(least)}.`) // prettier-ignore
  return words
}

/** Round by round, so that what else the machine did in a round weighs on both. */
function speedWords({ contents, form, speed }: Measured, base: Measured): string {
  const ratios = ([0, 1] as const).map((at) => spreadOf(speed.rounds.map((round, i) => round[at] / base.speed.rounds[i]![at])))
  const [reading, writing] = ratios as [Speed, Speed]
  const what = form === 'coded' ? `${contents.name} with codes` : contents.name
  const times = ({ median, low, high }: Speed) => `${ratio(median)} times (${ratio(low)} to ${ratio(high)})`
  const head = `${what} reads at ${times(reading)} and writes at ${times(writing)} the speed of ${base.contents.name}`
  // what lies on both sides of 1 by a tenth and more was decided by whatever else the machine did
  const isUnsure = [reading, writing].some(({ low, high }) => low < 0.9 && high > 1.1)
  return isUnsure
    ? `${head}: the rounds lie too far apart to tell; measure again when the machine has nothing else to do.`
    : `${head}.`
}

function patternWords({ contents: { name, zeros, twoOfFour, codeBits } }: Measured): string[] {
  if (zeros === 0 || codeBits !== null) return []
  if (twoOfFour === 1) {
    return [
      `Each group of 4 inputs in ${name} keeps at most 2 weights: a runtime with 2:4 kernels (sparse tensor cores of NVIDIA from Ampere on, through cuSPARSELt or TensorRT) could use that; ONNX Runtime does not.`,
    ]
  }
  const part = `${(100 * twoOfFour).toFixed(1)} %`
  return [`${name} keeps at most 2 weights in ${part} of its groups of 4 inputs: a runtime with 2:4 kernels needs all, and could not use it.`] // prettier-ignore
}

const ratio = (x: number) => x.toFixed(2)
const round = (bits: number) => Number(bits.toFixed(2))
const share = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`

/** "12.4 MB": bytes as disks count them. */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
