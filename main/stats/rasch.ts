/** What a Rasch model says of persons and items, in logits. */
export interface Rasch {
  readonly ability: Float64Array
  /** Larger = harder. */
  readonly difficulty: Float64Array
}

/** Standard deviation of the normal priors: 95 % of items and persons within 6 logits of each other's middle. */
const SPREAD = 3
const STEPS = 100

/**
 * The Rasch model (Rasch 1960): person p is right on item i with chance 1 / (1 + exp(difficulty_i − ability_p)). Fitted by penalised joint
 * maximum likelihood: both are normal around 0 with deviation 3, so that items nobody or everybody gets right have a place as well, and
 * the maximum is unique. `answers`: a row per person, 1 = right, every person asked every item. Raw scores are sufficient, so items with as
 * many right answers share a difficulty.
 */
export function fitRasch(answers: readonly ArrayLike<number>[]): Rasch {
  const [persons, items] = [answers.length, answers[0]?.length ?? 0]
  const rights = new Int32Array(items)
  const scores = answers.map((row) => {
    let score = 0
    for (let i = 0; i < items; i++) {
      score += row[i]!
      rights[i]! += row[i]!
    }
    return score
  })
  const counts = new Map<number, number>()
  for (const right of rights) counts.set(right, (counts.get(right) ?? 0) + 1)
  const groups = [...counts].map(([right, count]): Group => ({ right, count }))
  const ability = new Float64Array(persons)
  const hardness = new Float64Array(groups.length)
  for (let step = 0; step < STEPS; step++) {
    const moved = newton(scores, groups, ability, hardness)
    if (moved < 1e-10) break
  }
  const byRight = new Map(groups.map(({ right }, g) => [right, hardness[g]!]))
  return { ability, difficulty: Float64Array.from(rights, (right) => byRight.get(right)!) }
}

/** Items with as many right answers. */
interface Group {
  readonly right: number
  readonly count: number
}

/**
 * One step of Newton's method, in place; gives the largest move. The Hessian is diagonal in either block, so that the groups are eliminated
 * and a system of the size of the persons is left.
 */
function newton(scores: readonly number[], groups: readonly Group[], ability: Float64Array, hardness: Float64Array): number {
  const [n, m] = [scores.length, groups.length]
  const prior = 1 / SPREAD ** 2
  const slopeA = Float64Array.from(ability, (a, p) => scores[p]! - prior * a)
  const slopeH = Float64Array.from(hardness, (h, g) => groups[g]!.count * (-groups[g]!.right - prior * h))
  const curveA = new Float64Array(n).fill(prior)
  const curveH = Float64Array.from(groups, ({ count }) => count * prior)
  const cross = Array.from({ length: n }, () => new Float64Array(m))
  for (let p = 0; p < n; p++) {
    for (let g = 0; g < m; g++) {
      const chance = 1 / (1 + Math.exp(hardness[g]! - ability[p]!))
      const { count } = groups[g]!
      slopeA[p]! -= count * chance
      slopeH[g]! += count * chance
      const weight = count * chance * (1 - chance)
      curveA[p]! += weight
      curveH[g]! += weight
      cross[p]![g] = weight
    }
  }
  // curve · move = slope, with −cross between the blocks
  const system = cross.map((row, p) => {
    const line = Float64Array.from(cross, (other) => -row.reduce((sum, w, g) => sum + (w * other[g]!) / curveH[g]!, 0))
    line[p]! += curveA[p]!
    return line
  })
  const target = slopeA.map((slope, p) => slope + cross[p]!.reduce((sum, w, g) => sum + (w * slopeH[g]!) / curveH[g]!, 0))
  const moveA = solve(system, target)
  let most = 0
  for (let g = 0; g < m; g++) {
    const pull = cross.reduce((sum, row, p) => sum + row[g]! * moveA[p]!, 0)
    most = Math.max(most, Math.abs(shift(hardness, g, (slopeH[g]! + pull) / curveH[g]!)))
  }
  for (let p = 0; p < n; p++) most = Math.max(most, Math.abs(shift(ability, p, moveA[p]!)))
  return most
}

/** Never more than two logits at a time: far from the maximum the curve is nearly flat and a whole step would overshoot. */
function shift(values: Float64Array, at: number, move: number): number {
  const kept = Math.max(-2, Math.min(2, move))
  values[at]! += kept
  return kept
}

/** Solves a symmetric positive definite system by Cholesky's method. */
function solve(matrix: readonly Float64Array[], target: Float64Array): Float64Array {
  const n = target.length
  const lower = matrix.map((row) => Float64Array.from(row))
  const x = Float64Array.from(target)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i]![j]!
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!
    x[i]! /= lower[i]![i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= lower[k]![i]! * x[k]!
    x[i]! /= lower[i]![i]!
  }
  return x
}
