import chromium from '@sparticuz/chromium'
import { chromium as driver, type Browser } from 'playwright-core'
import { describe } from 'vitest'

const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

/** A browser from npm alone. Its own switches are left out: some of them would turn off the very checks that are tested. */
export async function openBrowser(): Promise<Browser> {
  return driver.launch({ executablePath: await chromium.executablePath(), args: ['--no-sandbox'], headless: true })
}

/** A describe that says why it is skipped where there is no such browser. */
export function describeBrowser(title: string, body: () => void): void {
  if (hasBrowser) describe(title, body)
  else describe.skip(`${title} (needs the Chromium for Linux x64, and this is ${process.platform} ${process.arch})`, body)
}
