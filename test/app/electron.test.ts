// What the stand-in of test/host/electron.test.ts takes on trust, asked of Electron itself.
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildIfStale, ROOT } from '../../main/host/build.ts'
import { describeElectron } from '../make/electron.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

describeElectron('the window in Electron', { timeout: 120_000 }, (program) => {
  const home = makeFolder()
  let app: ElectronApplication
  let page: Page
  beforeAll(async () => {
    buildIfStale()
    addStudy(home.path)
    const env = { ...process.env, LAB_HOME: home.path, LAB_NODE: process.execPath } as Record<string, string>
    app = await _electron.launch({ executablePath: program, args: [ROOT], env })
    page = await app.firstWindow()
  }, 180_000)
  afterAll(async () => {
    await app?.close()
    home[Symbol.dispose]()
  })

  it('shows the studies of the store, on a page of its own scheme', async () => {
    await page.getByText('8 of 9 cells').waitFor()
    expect(page.url()).toMatch(/^app:\/\/bundle\//)
  })
  it('is as shut off as it was asked to be', async () => {
    const found = await app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]!
      return (webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()
    })
    expect(found).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true })
    expect(await page.evaluate(`[typeof require, typeof process, Object.keys(window.lab).sort()]`)).toEqual([
      'undefined',
      'undefined',
      ['call', 'on'],
    ])
    expect(await page.evaluate(`window.lab.call('studies.list', null)`)).toMatchObject({ ok: true, value: [{ name: 'small' }] })
  })
  it('stays where it is, and is granted nothing', async () => {
    const found = await page.evaluate(`(async () => {
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      document.body.append(script)
      const reached = await fetch('https://example.com/').then(() => true, () => false)
      const opened = window.open('https://example.com/') !== null
      const states = await Promise.all(['geolocation', 'camera', 'microphone'].map(async (name) => (await navigator.permissions.query({ name })).state))
      location.href = 'https://example.com/'
      await new Promise((done) => setTimeout(done, 500))
      return [window.ran === true, reached, opened, states.includes('granted'), location.origin + location.pathname]
    })()`)
    expect(found).toEqual([false, false, false, false, 'app://bundle/'])
    expect(app.windows()).toHaveLength(1)
  })
  it('runs a study in a process of its own', async () => {
    const [example] = (await page.evaluate(`window.lab.call('studies.examples', null).then(({ value }) => value)`)) as { text: string }[] // prettier-ignore
    expect(await page.evaluate(`window.lab.call('runs.start', ${JSON.stringify({ text: example!.text, study: null, threads: 1, provider: 'cpu' })})`)).toMatchObject({ ok: true }) // prettier-ignore
    await page.evaluate(`location.hash = '#/run'`)
    await page.getByText(/^[1-9]\d* of \d+ cells/).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).first().click()
    await page.getByText('stopped', { exact: true }).waitFor()
  })
})
