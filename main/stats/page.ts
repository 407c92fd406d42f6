import type { Rng } from '../base/rng.ts'
import { factorial, ordersOf } from './isotonic.ts'
import { upperTail } from './normal.ts'

export interface PageTest {
  /** Σ over blocks of Σ rank of the condition · rank of its value in the block. */
  readonly statistic: number
  /** Standard normal where neither conditions nor values are ordered and blocks are independent; its upper tail. */
  readonly z: number
  readonly pNormal: number
  /** How often the labels of whole conditions, put on them in random order, give as much; blocks may depend on each other. */
  readonly p: number
  /** Orders tried: all k!, or a sample. */
  readonly orders: number
}

/** All orders of conditions are tried up to so many, those of seven; else a sample. */
const MOST = 5040
const SAMPLE = 2000

/**
 * Page's test that values rise along the conditions (Page 1963, JASA 58:216). `blocks[b][j]` is the value of condition j in block b; null where it
 * is left out, and then the block is ranked and weighed as one with fewer conditions. `order[j]` grows with what is predicted; equal ones share
 * their mean rank. Null where no block has two values, or all conditions are predicted alike.
 */
export function pageTest(blocks: readonly (readonly (number | null)[])[], order: readonly number[], rng: Rng): PageTest | null {
  const used = blocks.map(rankBlock).filter(({ at }) => at.length > 1)
  if (used.length === 0 || order.every((x) => x === order[0])) return null
  const statisticOf = statisticBy(used, order.length)
  const statistic = statisticOf(order)
  let [mean, variance] = [0, 0]
  for (const { at } of used) {
    const k = at.length
    mean += (k * (k + 1) ** 2) / 4
    variance += (k ** 2 * (k + 1) ** 2 * (k - 1)) / 144
  }
  const z = (statistic - mean) / Math.sqrt(variance)
  return { statistic, z, pNormal: upperTail(z), ...permuted(statisticOf, order, rng) }
}

interface Block {
  /** Conditions that are there, and the ranks of their values. */
  readonly at: readonly number[]
  readonly ranks: readonly number[]
}

function rankBlock(values: readonly (number | null)[]): Block {
  const at = values.flatMap((value, j) => (value === null ? [] : [j]))
  return { at, ranks: ranksOf(at.map((j) => values[j]!)) }
}

/** L for any order of what is predicted. Blocks without gaps share their ranks of it, so that they add up once for all orders. */
function statisticBy(blocks: readonly Block[], k: number): (order: readonly number[]) => number {
  const sums = new Float64Array(k)
  const gappy = blocks.filter(({ at }) => at.length < k)
  for (const { at, ranks } of blocks) if (at.length === k) ranks.forEach((rank, j) => (sums[j]! += rank))
  const hasWhole = gappy.length < blocks.length
  return (order) => {
    let sum = 0
    if (hasWhole) ranksOf(order).forEach((rank, j) => (sum += rank * sums[j]!))
    for (const { at, ranks } of gappy) ranksOf(at.map((j) => order[j]!)).forEach((rank, i) => (sum += rank * ranks[i]!))
    return sum
  }
}

/** One-sided p by handing the conditions each other's places in the order, blocks and gaps staying theirs. */
function permuted(
  statisticOf: (order: readonly number[]) => number,
  order: readonly number[],
  rng: Rng,
): Pick<PageTest, 'p' | 'orders'> {
  // prettier-ignore
  const enough = statisticOf(order) - 1e-9
  const k = order.length
  const isAsGood = (places: readonly number[]) => statisticOf(places.map((j) => order[j]!)) >= enough
  if (factorial(k) <= MOST) {
    const all = ordersOf(k)
    return { p: all.filter(isAsGood).length / all.length, orders: all.length }
  }
  const places = order.map((_, j) => j)
  let asGood = 1
  for (let i = 0; i < SAMPLE; i++) if (isAsGood(rng.shuffle(places))) asGood++
  return { p: asGood / (SAMPLE + 1), orders: SAMPLE }
}

/** 1 for the least; equal numbers share the mean of their places. */
export function ranksOf(numbers: readonly number[]): number[] {
  const sorted = Float64Array.from(numbers).sort()
  const ranks = new Map<number, number>()
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++
    ranks.set(sorted[from]!, (from + 1 + to) / 2)
  }
  return numbers.map((x) => ranks.get(x)!)
}
