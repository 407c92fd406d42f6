import type { EventName, Events, Fault, Lab, Reply } from '../preload/contract.ts'

declare global {
  interface Window {
    /** Put there by the bridge; absent where the window is a page on loopback. */
    readonly lab?: Lab
  }
}

/** The lab behind this window: the bridge of Electron, or the same over loopback HTTP. */
export const lab: Lab = window.lab ?? overHttp(takeKey())

const RETRY_MS = 2000

/** The key comes after the # of the address, and leaves it at once; a reload finds it again, another tab does not. */
function takeKey(): string {
  const given = /^#key=([\w-]+)$/.exec(location.hash)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem('lab-key', given)
    history.replaceState(null, '', location.pathname)
  }
  return given ?? sessionStorage.getItem('lab-key') ?? ''
}

function overHttp(key: string): Lab {
  const authorization = `Bearer ${key}`
  const listeners = new Set<(event: EventName, value: never) => void>()
  let isListening = false
  const tell = <E extends EventName>(event: E, value: Events[E]) => listeners.forEach((hear) => hear(event, value as never))

  async function call(name: string, argument: unknown): Promise<Reply<never>> {
    const headers = { authorization, 'content-type': 'application/json' }
    try {
      const response = await fetch(`/call/${name}`, { method: 'POST', headers, body: JSON.stringify(argument) })
      return (await response.json()) as Reply<never>
    } catch (error) {
      return { ok: false, error: lost(error) }
    }
  }

  /** Hears what the lab says for as long as this page is open; one that was started again has another key, and says so. */
  async function listen(): Promise<void> {
    if (isListening) return
    isListening = true
    for (;;) {
      try {
        const response = await fetch('/events', { headers: { authorization } })
        if (response.ok && response.body)
          for await (const line of linesOf(response.body)) tell(...(JSON.parse(line) as [EventName, never]))
        else tell('lab.lost', ((await response.json()) as { readonly error: Fault }).error)
        if (response.ok) tell('lab.lost', lost(undefined))
      } catch (error) {
        tell('lab.lost', lost(error))
      }
      await new Promise((done) => setTimeout(done, RETRY_MS))
    }
  }

  return {
    call: call as Lab['call'],
    on(event, listener) {
      const hear = (said: EventName, value: never) => {
        if (said === event) listener(value)
      }
      listeners.add(hear)
      void listen()
      return () => listeners.delete(hear)
    },
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader()
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n')
    rest = lines.pop()!
    yield* lines.filter((line) => line !== '')
  }
}

function lost(error: unknown): Fault {
  const why = error instanceof Error ? ` (${error.message})` : ''
  return {
    code: 'host/lost',
    message: `The lab no longer answers${why}.`,
    hint: 'Start it again with "npm start" and open the address it prints.',
  }
}
