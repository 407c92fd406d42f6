// The thread that encodes one long text. Started by encode.ts and by nothing else.
import { parentPort, workerData } from 'node:worker_threads'
import { LabError, toFault } from '../base/errors.ts'
import type { EncodeJob, EncodeWord } from './encode.ts'
import { openTokenizer } from './tokenizer.ts'

/** Share of the text that is encoded for nothing, to know how long all of it takes. */
const PROBE = 1 / 64

const say = (word: EncodeWord, moved: readonly ArrayBuffer[] = []) => parentPort!.postMessage(word, moved)

function encode({ folder, vocabulary, hash, text }: EncodeJob): void {
  const tokenizer = openTokenizer(folder, vocabulary)
  if (tokenizer.hash !== hash) {
    throw new LabError('model/tokenizer', `Expected the tokenizer of ${folder} as it was a moment ago, found it changed.`)
  }
  const began = performance.now()
  tokenizer.encode(text.slice(0, PROBE * text.length), false)
  say({ expectedMs: (performance.now() - began) / PROBE })
  const ids = Int32Array.from(tokenizer.encode(text, false))
  say({ ids }, [ids.buffer])
}

try {
  encode(workerData as EncodeJob)
} catch (error) {
  say({ fault: toFault(error) })
}
