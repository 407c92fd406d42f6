import type { Page } from 'playwright-core'

export interface Memory {
  /** Bytes of the JavaScript heap after a collection. */
  readonly heap: number
  readonly nodes: number
  readonly listeners: number
}

/** What a page holds after everything that can be let go of has been. */
export async function memoryOf(page: Page): Promise<Memory> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  // what the first collection finalises is freed by the second
  await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('HeapProfiler.collectGarbage')
  const { metrics } = await cdp.send('Performance.getMetrics')
  await cdp.detach()
  const of = (wanted: string) => metrics.find(({ name }) => name === wanted)!.value
  return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

/** Least-squares slope of values that are so far apart. */
export function slopeOf(values: readonly number[], step: number): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const [up, across] = values.reduce(([u, a], value, i) => [u + (i - middle) * (value - mean), a + (i - middle) ** 2], [0, 0])
  return up / across / step
}
