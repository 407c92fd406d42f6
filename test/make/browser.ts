import { createReadStream, createWriteStream, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { chromium, type Browser } from 'playwright-core'
import { describe } from 'vitest'
import { chromiumPackage } from './swiftshader.ts'

const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

/** A headless browser from npm alone, with no switch that would turn off what is tested. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await unpackOnce(), args: ['--no-sandbox'], headless: true })
}

/** A describe that says why it is skipped where there is no such browser. */
export function describeBrowser(title: string, options: { readonly timeout: number }, body: () => void): void {
  if (hasBrowser) describe(title, options, body)
  else describe.skip(`${title} (needs the Chromium for Linux x64, and this is ${process.platform} ${process.arch})`, body)
}

/** The program, unpacked into the system's temporary folder: whole or not at all, though a test may be ended at any time. */
async function unpackOnce(): Promise<string> {
  const { root, version } = chromiumPackage()
  const folder = join(tmpdir(), `lab-chromium-${version}`)
  const program = join(folder, 'chromium')
  if (existsSync(program)) return program
  const beside = mkdtempSync(`${folder}-`)
  const written = createWriteStream(join(beside, 'chromium'), { mode: 0o755 })
  await pipeline(createReadStream(join(root, 'bin', 'chromium.br')), createBrotliDecompress(), written)
  try {
    renameSync(beside, folder)
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    if (!existsSync(program)) throw error // else another test was first
  }
  return program
}
