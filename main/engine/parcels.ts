/** Numbers that travel through the pipe, as they lie, in place of in a message, where each byte of theirs would be copied several times. */
type Numbers = Float32Array | Float64Array
const KINDS = { Float32Array, Float64Array }

/** What a message says of a parcel that follows it. */
interface Slip {
  readonly parcel: keyof typeof KINDS
  readonly length: number
}

/** Bytes from which numbers go as a parcel. */
const LARGE = 1 << 16

/** A value of plain data without its large arrays, and these in the order in which they stood. They must not change until they have been read. */
export function pack(value: unknown): { readonly value: unknown; readonly parcels: readonly Numbers[] } {
  const parcels: Numbers[] = []
  return { value: slipsFor(value, parcels), parcels }
}

function slipsFor(value: unknown, parcels: Numbers[]): unknown {
  if (value instanceof Float32Array || value instanceof Float64Array) {
    if (value.byteLength < LARGE) return value
    parcels.push(value)
    return { parcel: value instanceof Float32Array ? 'Float32Array' : 'Float64Array', length: value.length } satisfies Slip
  }
  if (Array.isArray(value)) return value.map((entry) => slipsFor(entry, parcels))
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, slipsFor(entry, parcels)]))
}

/** The value as it was; `fill` reads bytes to the end of an array, parcel after parcel, or sees to it that they will be. */
export function unpack(value: unknown, fill: (bytes: Uint8Array) => void): unknown {
  if (Array.isArray(value)) return value.map((entry) => unpack(entry, fill))
  if (!isPlain(value)) return value
  if (typeof value['parcel'] !== 'string') {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, unpack(entry, fill)]))
  }
  const { parcel, length } = value as unknown as Slip
  const numbers = new KINDS[parcel](length)
  fill(new Uint8Array(numbers.buffer))
  return numbers
}

/** What brings messages and, on a way of its own, the bytes of their parcels together again. */
export interface Inbox {
  message(packed: unknown): void
  bytes(chunk: Uint8Array): void
}

/** Delivers each message once its parcels are whole, in the order of the messages. */
export function createInbox<T>(deliver: (message: T) => void): Inbox {
  const waiting: { readonly message: T; readonly places: Uint8Array[] }[] = []
  const chunks: Uint8Array[] = []

  /** Takes so many bytes from the first of a list. */
  function take(list: Uint8Array[], n: number): Uint8Array {
    const first = list[0]!
    if (first.length === n) list.shift()
    else list[0] = first.subarray(n)
    return first.subarray(0, n)
  }

  function sort(): void {
    while (waiting[0]) {
      const { message, places } = waiting[0]
      if (places[0]) {
        if (!chunks[0]) return
        const n = Math.min(places[0].length, chunks[0].length)
        take(places, n).set(take(chunks, n))
      } else {
        waiting.shift()
        deliver(message)
      }
    }
  }

  return {
    message(packed) {
      const places: Uint8Array[] = []
      waiting.push({ message: unpack(packed, (bytes) => places.push(bytes)) as T, places })
      sort()
    },
    bytes(chunk) {
      chunks.push(chunk)
      sort()
    },
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}
