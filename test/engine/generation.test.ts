import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { groupTexts } from '../../main/engine/generation.ts'

describe('texts written together', () => {
  const rng = createRng(5)
  const texts = Array.from({ length: 300 }, () => ({
    request: { ids: new Int32Array(1 + rng.int(200)), maxTokens: 1 + rng.int(50), stopIds: [] },
  }))
  const groups = groupTexts(texts, 1000)

  it('are all there, once, longest prompt first', () => {
    expect(new Set(groups.flat()).size).toBe(texts.length)
    expect(groups.flat()).toHaveLength(texts.length)
    const lengths = groups.flat().map(({ request }) => request.ids.length)
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a))
  })

  it('fit the budget when each has been written to its end', () => {
    for (const group of groups) {
      const longest = Math.max(...group.map(({ request }) => request.ids.length))
      const most = Math.max(...group.map(({ request }) => request.maxTokens))
      expect(group.length * (longest + most)).toBeLessThanOrEqual(1000)
    }
    expect(groups.length).toBeLessThan(texts.length / 2)
  })

  it('differ in their prompts by no more ids than the shortest answer may have', () => {
    for (const group of groups) {
      const lengths = group.map(({ request }) => request.ids.length)
      const least = Math.min(...group.map(({ request }) => request.maxTokens))
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(least)
    }
  })

  it('are one to a group where the budget is smaller than any', () => {
    expect(groupTexts(texts, 1)).toHaveLength(texts.length)
  })
})
