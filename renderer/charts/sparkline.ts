/** Points of a polyline through [x, y], fitted into a box; '' below two points. */
export function sparkline(points: readonly (readonly [number, number])[], width: number, height: number): string {
  if (points.length < 2) return ''
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const at = (value: number, from: number, to: number, size: number) =>
    to === from ? size / 2 : (size * (value - from)) / (to - from)
  return points
    .map(([x, y]) => `${at(x, left, right, width).toFixed(1)},${(height - at(y, low, high, height)).toFixed(1)}`)
    .join(' ')
}
