import type { Life } from './life.ts'
import type { Carry } from './session.ts'
import { bytesOf, type Item } from './shelf.ts'

/** What a session is, apart from the process it lives in: enough to open it again in the next one. */
export interface Opened {
  readonly id: number
  readonly name: string
  /** Its file, or where that lies. */
  readonly graph: Uint8Array | string
  readonly carry: Carry
  weights: ReadonlyMap<string, Item>
}

/** Counts that go on over the lives of an engine. */
export interface Counts {
  loads: number
  weightBytes: number
}

/** An engine process with what it has been given. Asks are sent in the order of the calls, before anything is waited for. */
export interface Home {
  readonly life: Life
  load(session: Opened): Promise<void>
  /** Makes the weights of a session current. What none of the sessions needs any more goes first, so that both sets need not fit. */
  supply(session: Opened, sessions: Iterable<Opened>): Promise<void>
  /** Gives back the weights that none of the sessions needs. */
  tidy(sessions: Iterable<Opened>): void
}

export function createHome(life: Life, counts: Counts): Home {
  const known = new Set<string>()

  function tidy(sessions: Iterable<Opened>): void {
    const needed = new Set([...sessions].flatMap(({ weights }) => [...weights.values()].map(({ key }) => key)))
    const keys = [...known].filter((key) => !needed.has(key))
    for (const key of keys) known.delete(key)
    if (keys.length > 0) life.ask('drop', { keys }).catch(() => {})
  }

  function bring(name: string, { key, from }: Item): Promise<unknown> {
    return life.ask('bring', { key, name, source: from })
  }

  return {
    life,
    tidy,
    async load({ id, name, graph, carry }) {
      await life.ask('open', { session: id, name, graph, carry })
      counts.loads++
    },
    async supply({ id, weights }, sessions) {
      tidy(sessions)
      for (const [name, item] of weights) {
        if (known.has(item.key)) continue
        known.add(item.key)
        counts.weightBytes += bytesOf(item)
        bring(name, item).catch(() => {}) // a weight that cannot be read is told by `use`
      }
      await life.ask('use', { session: id, weights: Object.fromEntries([...weights].map(([name, { key }]) => [name, key])) })
    },
  }
}
