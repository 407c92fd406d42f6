import { duration } from '../base/text.ts'
import type { Reading } from '../jobs/study/samples.ts'
import type { Console } from './console.ts'

/** Shows what is read before the work begins: a moving line, or one note of it for a program. */
export function readings(console: Console): (reading: Reading) => void {
  let said = ''
  return ({ label, etaMs }) => {
    if (!console.isJson) return console.step({ label, done: 0, total: 1, etaMs, tokensPerSecond: null })
    if (said !== label) console.note(`${label}${etaMs === null ? '' : `: about ${duration(etaMs)}`}`)
    said = label
  }
}
