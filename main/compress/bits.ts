import { sha256 } from '../base/files.ts'
import type { KeepOf, Mask } from './method.ts'

/** A mask that keeps everything. Bits beyond the length are 0. */
export function keepAll(length: number): Mask {
  const bits = new Uint8Array(Math.ceil(length / 8)).fill(0xff)
  if (length % 8 > 0) bits[bits.length - 1] = 0xff << (8 - (length % 8))
  return { bits, length }
}

/** Whether the weight at this row-major index stays. */
export function isKept({ bits }: Mask, index: number): boolean {
  return (bits[index >>> 3]! & (128 >>> (index & 7))) !== 0
}

/** Number of weights that stay. */
export function countKept({ bits }: Mask): number {
  let kept = 0
  for (let i = 0; i < bits.length; i++) for (let rest = bits[i]!; rest > 0; rest &= rest - 1) kept++
  return kept
}

/** SHA-256 of the bits, in hex. */
export function maskHash({ bits }: Mask): string {
  return sha256(bits)
}

/** A copy of the weights with exact zeros (never −0) where the mask does not keep. */
export function applyMask(w: Float32Array, { bits, length }: Mask): Float32Array<ArrayBuffer> {
  const masked = new Float32Array(length)
  const from = new Int32Array(w.buffer, w.byteOffset, length)
  const to = new Int32Array(masked.buffer)
  // on the bits of each number: all of them or none, without a branch to guess
  for (let i = 0; i < length; i++) to[i] = from[i]! & -((bits[i >>> 3]! >> (~i & 7)) & 1)
  return masked
}

/** Share of the full groups of `of` inputs in which exactly `keep` weights stay, 0 … 1. */
export function conformity(
  mask: Mask,
  { out, in: width }: { readonly out: number; readonly in: number },
  { keep, of }: KeepOf,
): number {
  const perRow = Math.floor(width / of)
  let good = 0
  for (let row = 0; row < out; row++) {
    for (let group = 0; group < perRow; group++) {
      const start = row * width + group * of
      let kept = 0
      for (let i = start; i < start + of; i++) if (isKept(mask, i)) kept++
      if (kept === keep) good++
    }
  }
  return good / (out * perRow)
}
