// Pictures of every view, light and dark, at two widths, into shots/: npm run shots -- [home]. Without a home, of a small study made here.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../main/store/open.ts'
import { openBrowser } from './make/browser.ts'
import { makeFolder } from './make/store.ts'
import { addStudy } from './make/studies.ts'
import { builtPage, openWindow } from './make/window.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const
const LONG = 'A study with a title that goes on for longer than anybody would print, and_a_word_without_an_end_'.repeat(2)

using made = makeFolder()
using empty = makeFolder()
const given = process.argv[2]
const home = given ?? made.path
if (given === undefined) {
  const tasks = Array.from({ length: 60 }, (_, i) => `a_task_with_a_long_name_${i % 7}_number_${i}`)
  const levels = Array.from({ length: 12 }, (_, i) => 0.05 + 0.07 * i)
  addStudy(home, { name: 'wide', title: LONG, tasks, levels, items: 40, done: 780, failed: 0, state: 'finished' })
  addStudy(home, { name: 'other', title: 'Another study', done: 9, failed: 0, state: 'finished' })
  addStudy(home)
}
const store = openStore(home, { readOnly: true })
const [first, second] = store.studies.list()
store.close()

const folder = join(import.meta.dirname, '..', 'shots')
mkdirSync(folder, { recursive: true })
const [browser, built] = await Promise.all([openBrowser(), builtPage()])
const id = first!.id.slice(0, 8)
const routes = {
  ...{
    results: `results/${id}`,
    items: `items/${id}`,
    bundles: `bundles/${id}`,
    compare: `compare/${id}/${second?.id.slice(0, 8)}`,
  },
  ...{
    library: 'library',
    tasks: 'library/tasks/world_facts',
    design: 'design',
    form: 'design/new',
    run: 'run',
    settings: 'settings',
  },
}
for (const theme of ['light', 'dark'] as const) {
  for (const size of SIZES) {
    const window = await openWindow(browser, built, home, { ...size, theme })
    for (const [name, route] of Object.entries(routes)) {
      await window.go(route)
      await window.page.waitForTimeout(800)
      // what is being read says so with three dots
      await window.page.locator('main [role=status]', { hasText: '…' }).first().waitFor({ state: 'detached', timeout: 120_000 }).catch(() => {}) // prettier-ignore
      await window.page.waitForTimeout(700)
      const path = join(folder, `${name}-${size.width}-${theme}.png`)
      await window.page.screenshot({ path, fullPage: name === 'results' })
      console.log(path)
    }
    await window.close()
    const bare = await openWindow(browser, built, empty.path, { ...size, theme })
    await bare.page.getByRole('button', { name: 'Run the demo study' }).waitFor()
    await bare.page.screenshot({ path: join(folder, `welcome-${size.width}-${theme}.png`) })
    await bare.close()
  }
}
await browser.close()
