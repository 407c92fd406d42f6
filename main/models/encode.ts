import { Worker } from 'node:worker_threads'
import { fromFault, LabError, type Fault } from '../base/errors.ts'
import type { LanguageModel } from './model.ts'

/** What the thread is given: a text, and the files of the tokenizer that was opened before. */
export interface EncodeJob {
  readonly folder: string
  readonly vocabulary: number
  readonly hash: string
  readonly text: string
}

/** What it says: how long all of it will take by the beginning of it, then the ids or why there are none. */
export type EncodeWord = { readonly expectedMs: number } | { readonly ids: Int32Array } | { readonly fault: Fault }

/** Characters that are encoded here and now: some 100 ms, which a thread takes to start. */
const SHORT = 1 << 14
/** Tokens of a text are handed about as arguments, eight bytes each: room for some ten million. */
const STACK_MB = 96

// bundled, it lies beside us under the same name
const entry = new URL(import.meta.url.endsWith('.ts') ? './encode-thread.ts' : './encode-thread.js', import.meta.url)

/**
 * Ids of a text without special tokens, to the bit as its tokenizer encodes it whole. A long one in a thread of its own, for a megabyte
 * may take ten seconds: other work has its turn, and a stop is heeded at once. `onWait` hears each second how long it will still take, in
 * milliseconds; null once that has passed. LabError 'engine/stopped', 'model/tokenizer'.
 */
export async function encodeText(
  { folder, tokenizer }: Pick<LanguageModel, 'folder' | 'tokenizer'>,
  text: string,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: (leftMs: number | null) => void },
): Promise<Int32Array> {
  const stopped = () => new LabError('engine/stopped', 'Stopped while a text was being encoded, as asked.')
  if (signal.aborted) throw stopped()
  if (text.length <= SHORT) return Int32Array.from(tokenizer.encode(text, false))
  const { hash, vocabulary } = tokenizer
  const thread = new Worker(entry, {
    workerData: { folder, vocabulary, hash, text } satisfies EncodeJob,
    resourceLimits: { stackSizeMb: STACK_MB },
  })
  const began = performance.now()
  let endMs: number | undefined
  const clock = setInterval(() => {
    const leftMs = endMs === undefined ? 0 : endMs - performance.now()
    onWait(leftMs > 0 ? leftMs : null)
  }, 1000)
  let stop = () => {}
  try {
    return await new Promise<Int32Array>((resolve, reject) => {
      stop = () => reject(stopped())
      signal.addEventListener('abort', stop)
      thread.on('message', (word: EncodeWord) => {
        if ('expectedMs' in word) endMs = began + word.expectedMs
        else if ('ids' in word) resolve(word.ids)
        else reject(fromFault(word.fault))
      })
      thread.on('error', (error) => reject(died(text, error.message)))
      thread.on('exit', (code) => reject(died(text, `its thread ended with ${code}`)))
    })
  } finally {
    clearInterval(clock)
    signal.removeEventListener('abort', stop)
    await thread.terminate()
  }
}

function died(text: string, why: string): LabError {
  const size = `${text.length.toLocaleString('en-US')} characters`
  return new LabError('model/tokenizer', `Expected the ids of a text of ${size}, got none: ${why}.`)
}
