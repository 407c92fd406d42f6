import type { Page } from 'playwright-core'

/** Shows the results of a study with so many rows: its own many times over, as other seeds, a larger table than a study of weeks leaves. */
export async function showManyRows(page: Page, count: number): Promise<void> {
  await page.addInitScript(`{
    const { fetch } = window
    window.fetch = async (address, options) => {
      const reply = await fetch(address, options)
      if (!String(address).endsWith('/call/studies.results')) return reply
      const rows = (await reply.json()).value.filter(({ method }) => method !== 'dense')
      const many = (_, i) => ({ ...rows[i % rows.length], seed: i, difficulty: (i * 0.618) % 1 })
      return { json: async () => ({ ok: true, value: Array.from({ length: ${count} }, many) }) }
    }
  }`)
  await page.reload()
  await page.evaluate(`location.hash = '#/results'`)
  await page.getByText(`of ${count.toLocaleString('en')} rows`).waitFor()
}

export interface Redraw {
  /** Milliseconds from a click on a filter until its frame is drawn, of each click. */
  readonly wall: readonly number[]
  /** Milliseconds of the renderer's main thread for one click, the mean. */
  readonly cpu: number
}

/** Turns filters of the results on and off, and waits each time until what they leave is drawn. */
export async function redraw(page: Page, clicks: number): Promise<Redraw> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busy = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
  }
  const before = await busy()
  const wall = await page.evaluate<number[]>(`(async () => {
    const times = []
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    for (let i = 0; i < ${clicks}; i++) {
      const chip = document.querySelectorAll('.filters .chip')[1 + (i % 3)]
      await frame()
      const began = performance.now()
      chip.click()
      await frame()
      times.push(performance.now() - began)
    }
    return times
  })()`)
  const cpu = ((await busy()) - before) / clicks
  await cdp.detach()
  return { wall, cpu }
}
