import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Text of a file of numbers and texts from an independent tool; each says which command made it. */
export function goldenText(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', 'golden', name), 'utf8')
}

export const golden = <T>(name: string): T => JSON.parse(goldenText(name)) as T
