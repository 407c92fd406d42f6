// What a reader takes home from the window: each file as it lies on disk after the click.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openArchive } from '../../main/bundle/archive/unzip.ts'
import { readParquet } from '../../main/bundle/archive/parquet.ts'
import { listTemplates } from '../../main/study/templates.ts'
import type { FigureSvg, FileText, Reply, ResultRow, StudyRow } from '../../preload/contract.ts'
import { describeBrowser } from '../make/browser.ts'
import { readPdf } from '../make/pdf.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'
import { windowTests } from '../make/window-tests.ts'

describeBrowser('what is saved from the window', { timeout: 180_000 }, () => {
  const at = windowTests()
  const home = makeFolder()
  const files = makeFolder()

  beforeAll(() => {
    addStudy(home.path, { name: 'other', title: 'The other study', levels: [0.3], done: 6, failed: 0, state: 'finished' })
    addStudy(home.path, { levels: [0.2, 0.5], done: 9, failed: 0, state: 'finished' })
  })
  afterAll(() => {
    home[Symbol.dispose]()
    files[Symbol.dispose]()
  })

  const open = async (route: string) => {
    await at.open(home.path, { route })
    return at.window.page
  }
  const ask = async <T>(name: string, argument: unknown) =>
    ((await at.window.reader.answer(name, argument)) as Reply<T> & { value: T }).value
  const press = (name: string, within: Pick<Locator, 'getByRole'> = at.window.page) =>
    within.getByRole('button', { name, exact: true }).click()
  /** The one file that a click brings. */
  async function saved(click: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
    const all: string[] = []
    at.window.page.on('download', (download) => all.push(download.suggestedFilename()))
    const saving = at.window.page.waitForEvent('download')
    await click()
    const download = await saving
    const bytes = readFileSync(await download.path())
    expect(all).toEqual([download.suggestedFilename()])
    at.window.page.removeAllListeners('download')
    return { name: all[0]!, bytes }
  }
  /** What is in a zip, by name, read under the rules of bundles. */
  async function unzip(saving: Promise<{ name: string; bytes: Buffer }>): Promise<{ name: string; inside: Map<string, Buffer> }> {
    const { name, bytes } = await saving
    const path = join(files.path, name)
    writeFileSync(path, bytes)
    const archive = await openArchive(path)
    const inside = new Map<string, Buffer>()
    for (const [entry, size] of archive.sizes) inside.set(entry, await archive.read(entry, size))
    archive.close()
    return { name, inside }
  }

  it('Results: every form of the results, byte for byte what the lab exports', async () => {
    const page = await open('results')
    await page.getByRole('img', { name: /Drop against Difficulty/ }).waitFor()
    const [study] = (await ask<StudyRow[]>('studies.list', null)).filter(({ name }) => name === 'small')
    const formats = await ask<{ id: string; label: string }[]>('exports.list', null)
    expect(formats.map(({ id }) => id)).toEqual(expect.arrayContaining(['csv', 'parquet', 'latex', 'figures', 'lm-eval']))
    for (const { id, label } of formats) {
      const { file, text, encoding } = await ask<FileText>('studies.export', { study: study!.id, format: id })
      await press('Keep')
      const { name, bytes } = await saved(() => press(label))
      expect([id, name, bytes.equals(Buffer.from(text, encoding))]).toEqual([id, `small-${file}`, true])
      if (id === 'parquet')
        expect(await readParquet(bytes)).toEqual(await ask<ResultRow[]>('studies.results', { study: study!.id }))
      if (id !== 'latex') continue
      const { inside } = await unzip(Promise.resolve({ name, bytes }))
      expect(String(inside.get('results.tex'))).toMatch(/^[\s\S]*\\begin\{document\}[\s\S]*\\end\{document\}\s*$/)
    }
  })
  it('Results: published curves lie under a figure, which is saved as SVG, PNG, PDF and CSV', async () => {
    const page = await open('results')
    const card = page.locator('section', { has: page.getByLabel('Published curves') })
    await card.getByLabel('Published curves').selectOption({ index: 1 })
    await card.getByText(/published/i).nth(1).waitFor() // prettier-ignore
    const save = (kind: string) => saved(() => press('Save', card).then(() => press(kind, card)))
    const svg = await save('SVG')
    const text = String(svg.bytes)
    expect(svg.name).toBe('small-performance.svg')
    expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="(\d+)" height="(\d+)"[^>]*>\n<title/)
    expect(text).not.toMatch(/<style|class=|zr\d/)
    const [, width, height] = / width="(\d+)" height="(\d+)"/.exec(text)!.map(Number)
    const words = [...text.matchAll(/<text [^>]*>([^<]+)<\/text>/g)].map(([, said]) => said!)
    expect(words.join(' ')).toContain('published, read off a figure, ±')
    const png = (await save('PNG')).bytes
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3 * width!, 3 * height!])
    const pdf = readPdf((await save('PDF')).bytes)
    expect(pdf).toMatchObject({ pages: 1, images: 0, size: [0.75 * width!, 0.75 * height!], words })
    const csv = String((await save('CSV')).bytes).trim().split('\n') // prettier-ignore
    expect(csv.length).toBeGreaterThan(2)
  })
  it('Results: the chart on top, as it stands', async () => {
    const page = await open('results')
    await page.getByRole('img', { name: /Drop against Difficulty/ }).waitFor()
    const card = page.getByRole('region', { name: 'Difficulty against degradation' })
    const save = (kind: string) => saved(() => press('Save', card).then(() => press(kind, card)))
    const { name, bytes } = await save('PDF')
    expect(name).toMatch(/^small-drop-by-\w+\.pdf$/)
    const { words, images, title } = readPdf(bytes)
    expect([images, title]).toEqual([0, 'Difficulty against degradation'])
    expect(words).toEqual(expect.arrayContaining(['Difficulty (harder →)', 'Drop, %']))
    expect(String((await save('CSV')).bytes)).toMatch(/^[^\n]*\bdrop\b/)
  })
  it('Bundles: all figures are one zip, whatever the form', async () => {
    const page = await open('bundles')
    await page.getByRole('button', { name: 'All as PDF' }).waitFor()
    const [study] = (await ask<StudyRow[]>('studies.list', null)).filter(({ name }) => name === 'small')
    const figures = await ask<FigureSvg[]>('studies.figures', { study: study!.id })
    expect(figures.length).toBeGreaterThan(3)
    const all = async (form: string) => {
      const { name, inside } = await unzip(saved(() => press(`All as ${form.toUpperCase()}`)))
      expect(name).toBe(`small-figures-${form}.zip`)
      expect([...inside.keys()]).toEqual(figures.map(({ id }) => `small-${id}.${form}`))
      return [...inside.values()]
    }
    expect((await all('svg')).map(String)).toEqual(figures.map(({ svg }) => svg))
    const sizes = figures.map(({ svg }) => / width="(\d+)" height="(\d+)"/.exec(svg)!.slice(1).map(Number))
    expect((await all('png')).map((png) => [png.readUInt32BE(16), png.readUInt32BE(20)])).toEqual(sizes.map((size) => size.map((n) => 3 * n))) // prettier-ignore
    const read = (await all('pdf')).map((pdf) => readPdf(pdf))
    expect(read.map(({ size, title, images }) => ({ size, title, images }))).toEqual(
      figures.map(({ title }, i) => ({ size: sizes[i]!.map((n) => 0.75 * n), title, images: 0 })),
    )
  })
  it('Compare: one page over the studies chosen, or over the paper’s experiments', async () => {
    const { name: experiment } = listTemplates().find(({ id }) => id === 'w3-option-count')!
    addStudy(home.path, { name: experiment, title: 'An experiment of the paper', done: 9, failed: 0, state: 'finished' })
    const page = await open('compare')
    for (const title of ['A small study', 'The other study']) await page.getByRole('checkbox', { name: title }).check()
    const { name, bytes } = await saved(() => press('Save one page over them'))
    expect(name).toBe('studies.html')
    const html = String(bytes)
    expect(html).toMatch(/^<!doctype html>/i)
    for (const title of ['A small study', 'The other study']) expect(html).toContain(title)
    expect(html).not.toMatch(/<script/)
    await press('The paper’s experiments')
    await page.getByRole('checkbox', { name: 'An experiment of the paper', checked: true }).waitFor()
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(1)
    await press('Choose none')
    await page.getByText('Choose two studies or more').waitFor()
  })
})
