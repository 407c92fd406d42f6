// The thread of long calls: answers one after the other. Started by long.ts and by nothing else.
import { parentPort, workerData } from 'node:worker_threads'
import type { Reply } from '../../preload/contract.ts'
import { openAnswers } from './answers.ts'

export interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

export interface Answered {
  readonly id: number
  readonly reply: Reply<unknown>
}

const answers = openAnswers(workerData as string | undefined)
parentPort!.on('message', ({ id, name, argument }: Question) => {
  void answers.answer(name, argument).then((reply) => parentPort!.postMessage({ id, reply } satisfies Answered))
})
