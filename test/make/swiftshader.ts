import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { describe } from 'vitest'

/** Whether there is a Vulkan in @sparticuz/chromium that this machine can use. */
export const hasSwiftShader = process.platform === 'linux' && process.arch === 'x64'

/** A describe that says why it is skipped where there is no software Vulkan. */
export function describeSwiftShader(title: string, body: () => void): void {
  if (hasSwiftShader) describe(title, body)
  else describe.skip(`${title} (needs Linux x64, for SwiftShader)`, body)
}

/** The environment in which a process finds SwiftShader, a Vulkan on the processor: unpacked once into the system's temporary folder. */
export function swiftShader(): { readonly LD_LIBRARY_PATH: string; readonly VK_ICD_FILENAMES: string } {
  const { root, version } = chromiumPackage()
  const folder = join(tmpdir(), `lab-swiftshader-${version}`)
  if (!existsSync(folder)) unpack(join(root, 'bin', 'swiftshader.tar.br'), folder)
  const paths = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean)
  return { LD_LIBRARY_PATH: paths.join(':'), VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json') }
}

/** Where the npm package of Chromium lies, and which it is. */
export function chromiumPackage(): { readonly root: string; readonly version: string } {
  let root = dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))
  while (!existsSync(join(root, 'bin', 'swiftshader.tar.br'))) root = dirname(root)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { root, version }
}

/** Two tests may come here at once: each unpacks beside the place and moves it there, and the second move is of no matter. */
function unpack(archive: string, folder: string): void {
  const beside = mkdtempSync(`${folder}-`)
  for (const [name, bytes] of readTar(brotliDecompressSync(readFileSync(archive)))) {
    writeFileSync(join(beside, basename(name)), bytes)
  }
  try {
    renameSync(beside, folder)
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

/** Plain files of a tar archive (POSIX.1-1988, "ustar"): a header of 512 bytes, then the bytes, filled up to 512. */
function* readTar(tar: Buffer): Generator<[name: string, bytes: Buffer]> {
  const text = (from: number, length: number) => tar.toString('latin1', from, from + length).split('\0')[0]!
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8)
    const kind = text(at + 156, 1)
    if (kind === '' || kind === '0') yield [text(at, 100), tar.subarray(at + 512, at + 512 + size)]
    at += 512 + Math.ceil(size / 512) * 512
  }
}
