import { describe, expect, it } from 'vitest'
import { createEffort, createPace } from '../../../main/jobs/study/effort.ts'

const cells = (tasks: readonly number[]) => tasks.map((task) => ({ model: 0, task }))

describe('the pace of a study', () => {
  it('says nothing before a second has passed or a token is answered', () => {
    const effort = createEffort()
    let ms = 0
    const pace = createPace(cells([0, 1]), effort, () => ms)
    expect(pace()).toEqual({ tokensPerSecond: null, etaMs: null })
    effort.tokens = 10
    ms = 999
    expect(pace()).toEqual({ tokensPerSecond: null, etaMs: null })
  })

  it('counts known tasks by their tokens and others by the mean', () => {
    const effort = createEffort()
    let ms = 0
    const pace = createPace(cells([0, 1, 2, 0, 1, 2]), effort, () => ms)
    effort.tokensOf.set('0/0', 1000)
    effort.tokensOf.set('0/1', 3000)
    effort.tokens = 4000
    ms = 4000
    // 2 · 1000 + 2 · 3000 + 2 · 2000 tokens in all
    expect(pace()).toEqual({ tokensPerSecond: 1000, etaMs: 8000 })
  })

  it('follows the speed of the last half minute', () => {
    const effort = createEffort()
    let ms = 0
    const pace = createPace(cells([0]), effort, () => ms)
    effort.tokensOf.set('0/0', 1e6)
    while (ms < 60_000) {
      ms += 1000
      effort.tokens += ms < 20_000 ? 10 : 1000
      pace()
    }
    expect(pace().tokensPerSecond).toBeCloseTo(1000, 0)
  })
})
