import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { extname, join } from 'node:path'
import { LabError } from '../base/errors.ts'

/** What the built page may do: its own scripts, styles and calls, and nothing of anybody else. Same words in each host. */
export const CONTENT_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data: blob:`,
  `font-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-src 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** Headers of everything a host sends to its window. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

export interface Asset {
  readonly type: string
  readonly body: Buffer<ArrayBuffer>
}

/** The built page: what lies at a path such as "/index.html"; "/" is the page itself. */
export interface Page {
  find(path: string): Asset | undefined
}

/** No page: for a window that a development server fills. */
export const EMPTY_PAGE: Page = { find: () => undefined }

/** Reads the built page whole. What is asked for later is looked up among its files, so no path leads anywhere else. */
export function readPage(folder: string): Page {
  const assets = new Map<string, Asset>()
  const entries = readFolder(folder)
  const real = realpathSync(folder)
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)]
    const file = join(entry.parentPath, entry.name)
    // files of unknown kind are not served, nor links, nor what lies behind a link
    if (!entry.isFile() || type === undefined || realpathSync(file) !== join(real, file.slice(folder.length))) continue
    assets.set(file.slice(folder.length).replaceAll('\\', '/'), { type, body: readFileSync(file) })
  }
  return { find: (path) => assets.get(path === '/' ? '/index.html' : path) }
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    throw new LabError('host/page', `Expected the built page in ${folder}, found none.`, { cause: error })
  }
}
