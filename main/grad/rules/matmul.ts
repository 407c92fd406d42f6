import { LabError } from '../../base/errors.ts'
import { float, int, numberOf } from '../../onnx/attributes.ts'
import type { Rules, Tape, Value, Vjp } from '../vjp.ts'

const matMul: Vjp = (g, n, dy) => {
  const [a, b] = n.inputs as [Value, Value]
  const [left, right] = [g.dims(a).length, g.dims(b).length]
  if (left < 2 || right < 2) {
    throw new LabError(
      'grad/no-rule',
      `Expected matrices at MatMul "${n.name}", got rank ${left} ("${a}") and ${right} ("${b}").`,
    )
  }
  const da = g.matmul(dy, g.turned(b))
  // a weight met by many rows: one product over all of them, and no [batch, in, out] to be summed
  const db = right === 2 ? g.gemm(g.rows(a), g.rows(dy), { transA: true }) : g.matmul(g.turned(a), dy)
  return [da, db]
}

/** α · a·b with either transposed. */
function product(g: Tape, alpha: number, [a, transA]: readonly [Value, boolean], [b, transB]: readonly [Value, boolean]): Value {
  if (alpha === 1) return g.gemm(a, b, { transA, transB })
  return g.op('Gemm', [a, b], { alpha: float(alpha), transA: int(Number(transA)), transB: int(Number(transB)) })
}

const gemm: Vjp = (g, n, dy) => {
  const [a, b, c] = n.inputs as [Value, Value, Value?]
  const [alpha, beta] = [numberOf(n, 'alpha', 1), numberOf(n, 'beta', 1)]
  const [transA, transB] = [numberOf(n, 'transA', 0) === 1, numberOf(n, 'transB', 0) === 1]
  const da = transA ? product(g, alpha, [b, transB], [dy, true]) : product(g, alpha, [dy, false], [b, !transB])
  const db = transB ? product(g, alpha, [dy, true], [a, transA]) : product(g, alpha, [a, !transA], [dy, false])
  return [da, db, ...(c === undefined ? [] : [g.scale(dy, beta)])]
}

/** Matrices. */
export const matmul = { MatMul: matMul, Gemm: gemm } satisfies Rules
