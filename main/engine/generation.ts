import { LabError } from '../base/errors.ts'
import { float32, int32 } from '../base/tensor.ts'
import type { ValueInfo } from '../onnx/graph.ts'
import type { LanguageGraphs } from '../onnx/language-graphs.ts'
import { runLanes } from './lanes.ts'
import type { GenerateRequest, ScoreOptions } from './language.ts'
import type { Carry, Chain, Feeds, Session } from './session.ts'

/** Which outputs of a decode graph are kept for its next run: present_… becomes past_…. */
export function decodeCarry({ decode }: LanguageGraphs): Carry {
  return Object.fromEntries(pastOf(decode.inputs).map(({ name }) => [name.replace('past_', 'present_'), name]))
}

function pastOf(inputs: readonly ValueInfo[]): readonly ValueInfo[] {
  return inputs.filter(({ name }) => name.startsWith('past_'))
}

/** A text under way: its prompt and what has been added. */
interface Text {
  readonly request: GenerateRequest
  readonly ids: number[]
  readonly newIds: number[]
  isDone: boolean
}

/** Greedy continuations from a session of the decode graph; answers in the order of the requests. */
export async function generateTexts(
  session: Session,
  requests: readonly GenerateRequest[],
  graphs: LanguageGraphs,
  { batchTokens, signal, onTokens }: ScoreOptions,
): Promise<Int32Array[]> {
  requests.forEach(({ ids }, i) => check(ids, i, graphs.contextLength))
  const texts = requests.map((request): Text => ({ request, ids: [...request.ids], newIds: [], isDone: request.maxTokens <= 0 }))
  const total = texts.reduce((sum, { request }) => sum + cost(request), 0)
  let done = 0
  await runLanes(groupTexts(texts, batchTokens), signal, async (group) => {
    await finish(group)
    done += group.reduce((sum, { request }) => sum + cost(request), 0)
    onTokens?.(done, total)
  })
  return texts.map(({ newIds }) => Int32Array.from(newIds))

  /**
   * All rows are always at the same position. One whose prompt is longer is fed its own ids where others are fed what the model said, so no
   * row is padded. Once half of the rows are done, the others start anew from what they have, which costs less than carrying the done ones.
   */
  async function finish(group: readonly Text[]): Promise<void> {
    let rows = group.filter(({ isDone }) => !isDone)
    while (rows.length > 0) {
      const chain = session.chain()
      const started = rows.length
      let position = Math.min(...rows.map(({ ids }) => ids.length))
      let feeds = { ...emptyPast(graphs, started), ids: layOut(rows, 0, position) }
      try {
        for (;;) {
          const best = await step(chain, feeds)
          rows.forEach((text, row) => {
            if (!text.isDone && text.ids.length === position) add(text, best[row]!, graphs.contextLength)
          })
          const left = rows.reduce((sum, { isDone }) => sum + (isDone ? 0 : 1), 0)
          if (left * 2 <= started) break
          feeds = { ids: layOut(rows, position, position + 1) }
          position++
        }
      } finally {
        chain.end()
      }
      rows = rows.filter(({ isDone }) => !isDone)
    }
  }

  async function step(chain: Chain, feeds: Feeds): Promise<Int32Array> {
    const { best } = await chain.run(feeds, ['best'], signal)
    return best.data as Int32Array
  }
}

const cost = ({ ids, maxTokens }: GenerateRequest) => ids.length + maxTokens

function check(ids: Int32Array, i: number, contextLength: number): void {
  if (ids.length >= 1 && ids.length <= contextLength) return
  throw new LabError('app/unexpected', `Expected request ${i} to have 1 to ${contextLength} ids, got ${ids.length}.`)
}

/**
 * Longest first. A group's keys and values fit the budget, and its prompts differ by no more steps than its shortest answer may take, so
 * that the steps that feed prompts are at most as many as those that write.
 */
export function groupTexts<T extends { readonly request: GenerateRequest }>(texts: readonly T[], batchTokens: number): T[][] {
  const sorted = [...texts].sort(({ request: a }, { request: b }) => b.ids.length - a.ids.length || b.maxTokens - a.maxTokens)
  const groups: T[][] = []
  let group: T[] = []
  let [longest, widest, least] = [0, 0, Infinity]
  for (const text of sorted) {
    const { ids, maxTokens } = text.request
    const fits = (group.length + 1) * Math.max(widest, longest + maxTokens) <= batchTokens
    if (group.length === 0 || !fits || longest - ids.length > Math.min(least, maxTokens)) {
      group = []
      groups.push(group)
      ;[longest, widest, least] = [ids.length, 0, Infinity]
    }
    group.push(text)
    widest = Math.max(widest, longest + maxTokens)
    least = Math.min(least, maxTokens)
  }
  return groups
}

/** Ids from one position to before another of every row; what a done row is fed does not matter. */
function layOut(rows: readonly Text[], from: number, to: number) {
  const ids = new Int32Array(rows.length * (to - from))
  rows.forEach(({ ids: all }, row) => ids.set(all.slice(from, to), row * (to - from)))
  return int32([rows.length, to - from], ids)
}

function add(text: Text, id: number, contextLength: number): void {
  const { ids, newIds, request } = text
  if (request.stopIds.includes(id)) {
    text.isDone = true
    return
  }
  ids.push(id)
  newIds.push(id)
  text.isDone = newIds.length >= request.maxTokens || ids.length > contextLength || (request.isEnough?.(newIds) ?? false)
}

/** Keys and values of no position at all. */
function emptyPast({ decode }: LanguageGraphs, batch: number): Feeds {
  return Object.fromEntries(
    pastOf(decode.inputs).map(({ name, dims: [, heads, , size] }) => [
      name,
      float32([batch, Number(heads), 0, Number(size)], new Float32Array(0)),
    ]),
  )
}
