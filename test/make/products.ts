import { whole, type Product } from '../../main/compress/products.ts'

/** A product of each kind there is: float32 and float64, either factor transposed, put in place or taken off; all parts of larger matrices. */
export function* everyProduct(m: number, k: number, n: number, draw: (length: number) => Float64Array): Generator<Product> {
  for (let kind = 0; kind < 16; kind++) {
    const [isATransposed, isBTransposed, isSubtracted, isSingle] = [1, 2, 4, 8].map((bit) => (kind & bit) > 0) as [boolean, boolean, boolean, boolean] // prettier-ignore
    const part = (rows: number, columns: number) => {
      const data = draw((rows + 1) * (columns + 3) + 2)
      return { ...whole(isSingle ? Float32Array.from(data) : data, columns + 3), at: columns + 5 }
    }
    const [a, b] = [isATransposed ? part(k, m) : part(m, k), isBTransposed ? part(n, k) : part(k, n)]
    yield { a, b, c: part(m, n), m, k, n, isATransposed, isBTransposed, isSubtracted }
  }
}
