/** A size, or the name of one that only a run knows; equal names are equal sizes. */
export type Dim = number | string

/** Product of sizes: a number, or a name made of sorted factors, so that equal products have equal names. */
export function productOf(dims: readonly Dim[]): Dim {
  const [number, names] = factors(dims)
  if (names.length === 0 || number === 0) return number
  return [...(number === 1 ? [] : [`${number}`]), ...names].join('·')
}

function factors(dims: readonly Dim[]): [number, string[]] {
  const parts = dims.flatMap((dim) =>
    typeof dim === 'number' ? [dim] : dim.split('·').map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  )
  const number = parts.reduce<number>((product, part) => (typeof part === 'number' ? product * part : product), 1)
  return [number, parts.filter((part) => typeof part === 'string').sort()]
}

/** whole / part where it comes out even, else undefined. */
export function quotientOf(whole: readonly Dim[], part: readonly Dim[]): Dim | undefined {
  const [[above, names], [below, others]] = [factors(whole), factors(part)]
  for (const name of others) {
    const at = names.indexOf(name)
    if (at < 0) return undefined
    names.splice(at, 1)
  }
  return below !== 0 && Number.isInteger(above / below) ? productOf([above / below, ...names]) : undefined
}

/** a + b where that has a name. */
export function sumOf(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  return a === 0 ? b : b === 0 ? a : undefined
}
