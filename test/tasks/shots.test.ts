import { describe, expect, it } from 'vitest'
import type { Row } from '../../main/tasks/packs.ts'
import { shotDrawer } from '../../main/tasks/shots.ts'
import type { ShotRule } from '../../main/tasks/shots.ts'

const rowOf = (value: number, line = value + 1): Row => ({ line, doc: { value }, names: { value } })
const pool = Array.from({ length: 12 }, (_, i) => rowOf(i))
const draw = (rule: Partial<ShotRule>, asked: readonly Row[] = pool, from: readonly Row[] = pool) => {
  const drawer = shotDrawer(from, { count: 3, sampler: 'default', seed: 1234, isApart: false, ...rule }, 'pool.jsonl')
  return asked.map((row) => drawer(row).map(({ doc }) => doc.value))
}

describe('examples', () => {
  it('are drawn by one generator that runs on from row to row: a limit keeps those of the first rows', () => {
    const all = draw({})
    expect(draw({}, pool.slice(0, 4))).toEqual(all.slice(0, 4))
    expect(new Set(all.map(String)).size).toBeGreaterThan(6)
    expect(draw({ seed: 1 })).not.toEqual(all)
  })

  it('of first_n are always the first', () => {
    expect(draw({ sampler: 'first_n' }, pool.slice(0, 2))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ])
  })

  it('never are the row asked where they come from the same rows', () => {
    for (const sampler of ['default', 'first_n'] as const) {
      draw({ sampler, isApart: true }).forEach((drawn, i) => {
        expect(drawn).toHaveLength(3)
        expect(drawn).not.toContain(i)
      })
    }
  })

  it('are drawn again where copies of the row asked leave too few', () => {
    const copies = [rowOf(0, 1), rowOf(0, 2), rowOf(0, 3), rowOf(1), rowOf(2), rowOf(3)]
    for (let seed = 0; seed < 40; seed++) {
      const [drawn] = draw({ isApart: true, seed }, [copies[0]!], copies)
      expect([drawn!.length, drawn!.includes(0)]).toEqual([3, false])
    }
  })

  it('are refused where there are too few', () => {
    const few = expect.objectContaining({ code: 'task/few-shot' })
    expect(() => draw({ count: 13 })).toThrow(few)
    expect(() => draw({ count: 12, isApart: true })).toThrow('Expected at least 13 rows for 12 examples in pool.jsonl, found 12.')
    const same = [rowOf(0, 1), rowOf(0, 2), rowOf(0, 3), rowOf(0, 4)]
    expect(() => draw({ isApart: true }, [same[0]!], same)).toThrow(few)
  })

  it('are none where none are asked for, whatever the pool', () => {
    expect(draw({ count: 0 }, [pool[0]!], [])).toEqual([[]])
  })
})
