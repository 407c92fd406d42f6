import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'

const folder = join(import.meta.dirname, '..', '..', 'node_modules', 'electron')

/** Electron's own program, or what keeps it from being started here, in a sentence. */
export function electronHere():
  { readonly program: string; readonly why: null } | { readonly program: null; readonly why: string } {
  const note = join(folder, 'path.txt')
  const program = existsSync(note) ? join(folder, 'dist', readFileSync(note, 'utf8')) : undefined
  if (program === undefined || !existsSync(program))
    return { program: null, why: 'the program of Electron is not there; "node node_modules/electron/install.js" fetches it' }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { program: null, why: 'there is no display; "xvfb-run" gives one' }
  // as root Chromium starts without its sandbox alone, and that is what is to be tested
  if (process.getuid?.() === 0) return { program: null, why: 'root cannot start it with its sandbox; another user can' }
  return { program, why: null }
}

/** A describe that says why it is skipped where Electron cannot be started. */
export function describeElectron(title: string, options: { readonly timeout: number }, body: (program: string) => void): void {
  const { program, why } = electronHere()
  if (program !== null) describe(title, options, () => body(program))
  else describe.skip(`${title} (skipped: ${why})`, () => body(''))
}
