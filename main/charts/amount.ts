import type { ResultRow } from '../../preload/contract.ts'
import { plural } from './words.ts'

/** How much of a compression there is at one level, as the tidy table says it. */
export type Amount = Pick<ResultRow, 'method' | 'sparsity' | 'pattern'>

/** Bits are a parameter, so that the tidy table has them in the name of a method. */
const BITS = / bits=(\d+)/

/** Bits of a weight under a method that codes weights, or under noise like one; null for a method whose levels are zeros. */
export function bitsOf(method: string): number | null {
  const bits = BITS.exec(method)?.[1]
  return bits === undefined ? null : Number(bits)
}

/** A method as the tidy table names it, but for its bits: "rtn groupSize=32". */
export function withoutBits(method: string): string {
  return method.replace(BITS, '')
}

/** The M of "N:M", N of M kept; null for a free pattern. */
export function ofPattern(pattern: string): number | null {
  const [, of] = pattern.split(':')
  return of === undefined ? null : Number(of)
}

/** Where a level stands along its axis, more compression further on: the share of zeros asked for, or −log₂ of the bits. */
export function amountOf({ method, sparsity }: Pick<Amount, 'method' | 'sparsity'>): number {
  const bits = bitsOf(method)
  return bits === null ? sparsity : -Math.log2(bits)
}

/** "50 %" of weights set to zero, "4 of 8" kept, "4 bits". */
export function levelLabel({ method, sparsity, pattern }: Amount): string {
  const bits = bitsOf(method)
  if (bits !== null) return `${bits} bits`
  const [keep, of] = pattern.split(':')
  return of === undefined ? `${Number((100 * sparsity).toFixed(2))} %` : `${keep} of ${of}`
}

/** The same by itself: "50 % zeros", "4 of 8 kept", "4 bits". */
export function levelName(amount: Amount): string {
  if (bitsOf(amount.method) !== null) return levelLabel(amount)
  return `${levelLabel(amount)} ${ofPattern(amount.pattern) === null ? 'zeros' : 'kept'}`
}

/** The number alone, where a head says of what: "50", "4", "4". */
export function levelNumber({ method, sparsity, pattern }: Amount, digits = 2): string {
  const bits = bitsOf(method)
  if (bits !== null) return String(bits)
  return pattern.includes(':') ? pattern.split(':')[0]! : String(Number((100 * sparsity).toFixed(digits)))
}

/** So many levels of one series: "3 sparsities", "3 bit widths". */
export function levelCount(n: number, { isCoded }: { readonly isCoded: boolean }): string {
  return isCoded ? plural(n, 'bit width') : plural(n, 'sparsity', 'sparsities')
}
