import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Page as BuiltPage } from '../../main/host/page.ts'
import { openBrowser } from './browser.ts'
import { builtPage, openWindow, type OpenWindow } from './window.ts'

type Look = Parameters<typeof openWindow>[3]
type Through = Parameters<typeof openWindow>[4]

/** What the tests of a describe share. */
export interface WindowTests {
  /** For all of them; there once the first begins. */
  readonly browser: Browser
  /** The one opened last in this test. */
  readonly window: OpenWindow
  open(home: string, look?: Look, through?: Through): Promise<OpenWindow>
}

/** A browser for the tests of the describe that calls this; their windows are closed after each, and no page may have complained of anything. */
export function windowTests(): WindowTests {
  let browser: Browser | undefined
  let built: BuiltPage
  let opened: OpenWindow | undefined
  beforeAll(async () => {
    ;[browser, built] = await Promise.all([openBrowser(), builtPage()])
  }, 180_000)
  afterEach(async () => {
    const complaints = opened?.complaints ?? []
    await opened?.close()
    opened = undefined
    expect(complaints).toEqual([])
  })
  afterAll(() => browser?.close())
  return {
    get browser() {
      return browser!
    },
    get window() {
      return opened!
    },
    async open(home, look, through) {
      opened = await openWindow(browser!, built, home, look, through)
      return opened
    },
  }
}
