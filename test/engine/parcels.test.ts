import { describe, expect, it } from 'vitest'
import { createInbox, pack, unpack } from '../../main/engine/parcels.ts'

it('large numbers travel apart, and come back where they stood', () => {
  const large = Float64Array.from({ length: 10_000 }, (_, i) => i / 3)
  const value = {
    name: 'task',
    nothing: undefined,
    small: Float32Array.of(1, 2),
    deep: [{ w: new Float32Array(20_000).fill(2), dims: [2, 10_000] }, { h: large.subarray(1) }],
    bytes: new Uint8Array(100_000),
  }
  const { value: message, parcels } = pack(value)
  expect(parcels.map(({ length }) => length)).toEqual([20_000, 9_999])
  expect(JSON.stringify(message).length).toBeLessThan(2_000_000)
  const pipe = parcels.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))
  expect(unpack(message, (bytes) => bytes.set(pipe.shift()!))).toEqual(value)
  expect(pipe).toEqual([])
})

describe('messages and the bytes of their parcels', () => {
  const messages = [
    { id: 1, value: Float64Array.from({ length: 20_000 }, (_, i) => i / 7) },
    { id: 2, value: 'nothing large' },
    { id: 3, value: [new Float32Array(30_000).fill(3), new Float32Array(20_000).fill(4)] },
  ]
  const packed = messages.map((message) => pack(message))
  const pipe = Buffer.concat(packed.flatMap(({ parcels }) => parcels.map(({ buffer }) => Buffer.from(buffer))))
  /** Bytes in pieces that end anywhere. */
  const pieces = Array.from({ length: Math.ceil(pipe.length / 65_521) }, (_, i) => pipe.subarray(i * 65_521, (i + 1) * 65_521))

  it.each(['messages first', 'bytes first', 'in turns'])('come together in the order of the messages: %s', (order) => {
    const came: unknown[] = []
    const inbox = createInbox((message) => came.push(message))
    const says = packed.map(
      ({ value }) =>
        () =>
          inbox.message(value),
    )
    const pours = pieces.map((piece) => () => inbox.bytes(piece))
    if (order === 'bytes first') says.unshift(...pours.splice(0))
    while (says.length + pours.length > 0) {
      says.shift()?.()
      if (order !== 'messages first' || says.length === 0) pours.shift()?.()
    }
    expect(came).toEqual(messages)
  })
  it('are delivered no sooner than they are whole', () => {
    const came: unknown[] = []
    const inbox = createInbox((message) => came.push(message))
    for (const { value } of packed) inbox.message(value)
    for (const piece of pieces.slice(0, 2)) inbox.bytes(piece)
    expect(came).toEqual([])
    inbox.bytes(pieces[2]!)
    expect(came).toEqual(messages.slice(0, 2))
  })
})
