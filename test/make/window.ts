import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build, type InlineConfig } from 'vite'
import config from '../../electron.vite.config.ts'
import { openReader, type Reader } from '../../main/api/reader.ts'
import { readPage, type Page as BuiltPage } from '../../main/host/page.ts'
import { web, type RunningWeb } from '../../main/host/web.ts'

const root = join(import.meta.dirname, '..', '..')

/** The page, built once for each state of its source, however many tests ask. */
export async function builtPage(): Promise<BuiltPage> {
  const folder = join(tmpdir(), `lab-page-${sourceHash()}`)
  if (!existsSync(folder)) {
    const beside = mkdtempSync(`${folder}-`)
    const { renderer } = config as { renderer: InlineConfig }
    const options = { ...renderer.build, outDir: beside, emptyOutDir: true }
    await build({ ...renderer, configFile: false, logLevel: 'warn', build: options })
    try {
      renameSync(beside, folder)
    } catch (error) {
      rmSync(beside, { recursive: true, force: true })
      if (!existsSync(folder)) throw error // else another test was first
    }
  }
  return readPage(folder)
}

function sourceHash(): string {
  const hash = createHash('sha256')
  for (const room of ['renderer', 'main/charts'])
    for (const entry of readdirSync(join(root, room), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)))
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex').slice(0, 16) // prettier-ignore
}

/** A window on the store of a folder, with what the browser complained of. */
export interface OpenWindow {
  readonly page: Page
  readonly lab: RunningWeb
  readonly reader: Reader
  readonly complaints: string[]
  /** Goes to a view, such as "results/0dd4003f". */
  go(route: string): Promise<void>
  /** Waits for words anywhere. */
  text(words: string | RegExp): Promise<void>
  /** Serious findings of axe, as "rule: where". */
  audit(): Promise<string[]>
  close(): Promise<void>
}

export async function openWindow(
  browser: Browser,
  built: BuiltPage,
  home: string,
  look: { readonly width?: number; readonly height?: number; readonly theme?: 'light' | 'dark'; readonly route?: string } = {},
  through: (reader: Reader) => Reader = (reader) => reader,
): Promise<OpenWindow> {
  const reader = through(openReader(home, web.launch))
  const lab = await web.start(reader, built)
  const complaints: string[] = []
  const { width = 1280, height = 800, theme = 'light', route } = look
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, acceptDownloads: true })
  const page = await context.newPage()
  page.setDefaultTimeout(90_000)
  page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(lab.address)
  const go = async (to: string) => void (await page.evaluate(`location.hash = '#/${to}'`))
  if (route !== undefined) await go(route)
  return {
    ...{ page, lab, reader, complaints, go },
    text: (words) => page.getByText(words).first().waitFor(),
    async audit() {
      await page.evaluate(axeSource())
      const found = await page.evaluate<{ violations: Violation[] }>(`axe.run(document, { resultTypes: ['violations'] })`)
      const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      return grave.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 140)}`))
    },
    async close() {
      await context.close()
      await lab.close()
      await reader.close()
    },
  }
}

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

function axeSource(): string {
  return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
}
