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

/** Ones of each byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length)

/** Number of weights that stay. */
export function countKept({ bits }: Mask): number {
  let kept = 0
  for (let i = 0; i < bits.length; i++) kept += ONES[bits[i]!]!
  return kept
}

/** Whether every weight stays. */
export function keepsAll({ bits, length }: Mask): boolean {
  // the first byte that differs ends it, most often one of the first
  const whole = length >>> 3
  return (
    bits.subarray(0, whole).every((byte) => byte === 0xff) && countKept({ bits: bits.subarray(whole), length }) === (length & 7)
  )
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
  // on the bits of each number: all of them or none, without a branch to guess; eight at a time, for a byte of the mask is read once
  const whole = length & ~7
  for (let i = 0; i < whole; i += 8) {
    const keep = bits[i >>> 3]!
    to[i] = from[i]! & -(keep >> 7)
    to[i + 1] = from[i + 1]! & -((keep >> 6) & 1)
    to[i + 2] = from[i + 2]! & -((keep >> 5) & 1)
    to[i + 3] = from[i + 3]! & -((keep >> 4) & 1)
    to[i + 4] = from[i + 4]! & -((keep >> 3) & 1)
    to[i + 5] = from[i + 5]! & -((keep >> 2) & 1)
    to[i + 6] = from[i + 6]! & -((keep >> 1) & 1)
    to[i + 7] = from[i + 7]! & -(keep & 1)
  }
  for (let i = whole; i < length; i++) to[i] = from[i]! & -((bits[i >>> 3]! >> (~i & 7)) & 1)
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
