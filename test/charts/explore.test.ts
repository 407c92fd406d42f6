import { describe, expect, it } from 'vitest'
import { explore, MOST_PANELS } from '../../main/charts/explore.ts'
import { placeCloud } from '../../main/charts/cloud.ts'
import { theilSen } from '../../main/charts/difficulty.ts'
import { axisName, compressionName } from '../../main/charts/view.ts'
import type { ResultRow } from '../../preload/contract.ts'
import { rowsWithin } from '../../renderer/charts/sweep.ts'
import { forNight } from '../../renderer/charts/night.ts'
import { columnOf, type Column } from '../../renderer/table/columns.ts'
import { frameOf } from '../../renderer/table/frame.ts'
import { makeAxisStudy } from '../make/conditions.ts'
import { makeStudy } from '../make/rows.ts'

const [difficulty, drop, compression, task, family] = ['difficulty', 'drop', 'compression', 'task', 'family'].map(columnOf) as [Column, Column, Column, Column, Column] // prettier-ignore

const { rows } = makeStudy()
const frame = frameOf(rows)
const picksOf = (all: readonly ResultRow[], test: (row: ResultRow) => boolean) =>
  Uint32Array.from(all.flatMap((row, i) => (test(row) ? [i] : [])))
const picks = picksOf(rows, ({ sparsity, pattern, scorer }) => sparsity === 0.5 && pattern === 'free' && scorer === 'acc')
const look = { x: difficulty, y: drop, colour: compression, facet: null }

interface Drawn {
  readonly type: string
  readonly data: readonly (readonly number[] | { readonly value: readonly number[]; readonly symbol?: string; readonly itemStyle: { readonly color: string; readonly opacity: number } })[] // prettier-ignore
  readonly lineStyle?: { readonly width: number }
}
const seriesOf = (option: unknown) => (option as { readonly series: readonly Drawn[] }).series

describe('an open-ended look at rows', () => {
  it('draws each row at its numbers, and knows which row stands behind a mark', () => {
    const { option, hits, drawn, leftOut } = explore(frame, picks, look, { width: 900, chosen: null })
    expect([drawn, leftOut]).toEqual([picks.length, 0])
    const seen = new Set<number>()
    for (const [s, series] of seriesOf(option).entries()) {
      if (series.type !== 'scatter') expect(hits[s]).toBeUndefined()
      else
        for (const [i, mark] of series.data.entries()) {
          const pick = hits[s]![i]!
          const row = rows[pick]!
          seen.add(pick)
          const { value } = mark as { value: readonly number[] }
          expect(value[0]).toBe(row.difficulty)
          if (!row.isDenseFloor) expect(value[1]).toBe(row.drop)
        }
    }
    expect(seen).toEqual(new Set(picks))
  })
  it('shows what is at the floor hollow, and where dense is at chance a cross at the edge', () => {
    const { option, hits } = explore(frame, picks, look, { width: 900, chosen: null })
    let [hollow, crosses] = [0, 0]
    for (const [s, series] of seriesOf(option).entries())
      for (const [i, mark] of series.type === 'scatter' ? series.data.entries() : []) {
        const row = rows[hits[s]![i]!]!
        const { symbol, itemStyle } = mark as { symbol: string; itemStyle: { color: string } }
        expect([symbol !== 'circle', itemStyle.color === '#ffffff']).toEqual([row.isDenseFloor, row.isFloor && !row.isDenseFloor])
        hollow += Number(itemStyle.color === '#ffffff')
        crosses += Number(symbol !== 'circle')
      }
    expect(hollow + crosses).toBeGreaterThan(0)
  })
  it('draws the trend of Theil and Sen over what stands above the floor', () => {
    const { option } = explore(frame, picks, look, { width: 900, chosen: null })
    const trends = seriesOf(option).filter(({ type, lineStyle }) => type === 'line' && lineStyle?.width === 3)
    const names = [...new Set([...picks].map((i) => compressionName(rows[i]!)))]
    const expected = names.flatMap((name) => {
      const able = [...picks].map((i) => rows[i]!).filter((r) => compressionName(r) === name && !r.isFloor && !r.isDenseFloor)
      const fit = able.length < 5 ? null : theilSen(able.map((r) => [r.difficulty!, r.drop!] as const))
      return fit ? [fit.slope] : []
    })
    const slopes = trends.map(({ data }) => {
      const [a, b] = data as readonly (readonly [number, number])[]
      return (b![1] - a![1]) / (b![0] - a![0])
    })
    expect(slopes.length).toBe(expected.length)
    slopes.forEach((slope, i) => expect(slope).toBeCloseTo(expected[i]!, 10))
  })
  it('joins levels of one axis and never draws one trend through two', () => {
    const study = makeAxisStudy().rows
    const [one] = study.filter(({ method }) => method !== 'dense')
    const mine = picksOf(study, (r) => r.method === one!.method && r.sparsity === one!.sparsity && r.scorer === one!.scorer && r.axis !== '') // prettier-ignore
    const whole = explore(
      frameOf(study),
      mine,
      { x: difficulty, y: drop, colour: null, facet: null },
      { width: 900, chosen: null },
    )
    expect(seriesOf(whole.option).some(({ lineStyle }) => lineStyle?.width === 3)).toBe(false)
    const apart = explore(
      frameOf(study),
      mine,
      { x: difficulty, y: drop, colour: null, facet: family },
      { width: 900, chosen: null },
    )
    expect(apart.panels.map(({ label }) => label)).toEqual([...new Set([...mine].map((i) => axisName(study[i]!)))])
    expect(
      apart.panels.every(
        ({ layers }) => new Set(layers.flatMap(({ picks: at }) => [...at].map((i) => axisName(study[i]!)))).size === 1,
      ),
    ).toBe(true)
  })
  it('says how many panels there would be beyond those that can be read', () => {
    const { panels, allPanels } = explore(frame, picks, { ...look, facet: task }, { width: 1200, chosen: null })
    expect(panels).toHaveLength(MOST_PANELS)
    expect(allPanels).toBe(new Set([...picks].map((i) => rows[i]!.task)).size)
  })
  it('counts what has no place instead of drawing it somewhere', () => {
    const holed = rows.map((row, i) => (i % 3 === 0 ? { ...row, difficulty: null } : row))
    const { drawn, leftOut } = placeCloud(frameOf(holed), picks, look)
    expect(drawn + leftOut).toBe(picks.length)
    expect(leftOut).toBe([...picks].filter((i) => i % 3 === 0).length)
  })
  it('finds the rows inside a rectangle that is dragged over their marks, and lets the others fade', () => {
    const whole = explore(frame, picks, look, { width: 900, chosen: null })
    const [pane] = whole.panels
    const { x, y, width, height } = pane!.box
    expect(rowsWithin(whole, { x0: x - 9, y0: y - 9, x1: x + width + 9, y1: y + height + 9 })).toEqual(new Set(picks))
    expect(rowsWithin(whole, { x0: 0, y0: 0, x1: 2, y1: 2 })).toBeNull()
    const half = rowsWithin(whole, { x0: x + width / 2, y0: y + height + 9, x1: x + width + 9, y1: y - 9 })!
    const middle = Math.min(...[...half].map((i) => rows[i]!.difficulty!))
    expect([...picks].filter((i) => rows[i]!.difficulty! >= middle)).toHaveLength(half.size)
    const { option, hits } = explore(frame, picks, look, { width: 900, chosen: half })
    for (const [s, series] of seriesOf(option).entries())
      for (const [i, mark] of series.type === 'scatter' ? series.data.entries() : [])
        expect((mark as { itemStyle: { opacity: number } }).itemStyle.opacity).toBe(half.has(hits[s]![i]!) ? 1 : 0.12)
  })
  it('draws more marks than can have shapes of their own at their numbers all the same, at night too', () => {
    const many = Array.from({ length: 9000 }, (_, i) => ({ ...rows[i % rows.length]!, seed: i }))
    const all = picksOf(many, ({ scorer }) => scorer === 'acc')
    const { option, hits, drawn } = explore(frameOf(many), all, look, { width: 900, chosen: null })
    expect(drawn).toBe(all.length)
    let marks = 0
    for (const of of [option, forNight(option)])
      for (const [s, { type, data }] of seriesOf(of).entries())
        for (const [i, pick] of type === 'scatter' ? hits[s]!.entries() : []) {
          const row = many[pick]!
          const [x, y] = (data as unknown as Float64Array).subarray(2 * i, 2 * i + 2)
          if (x !== row.difficulty || (!row.isDenseFloor && y !== row.drop)) expect([s, i, x, y]).toEqual([s, i, row.difficulty, row.drop]) // prettier-ignore
          marks++
        }
    expect(marks).toBe(2 * all.length)
  })
  it('turns light into dark for the night, keeps the order of a ramp and leaves numbers alone', () => {
    const { option } = explore(frame, picks, look, { width: 900, chosen: null })
    const night = forNight(option)
    const numbers = (of: unknown) => seriesOf(of).map(({ data }) => data.map((d) => ('value' in d ? d.value : d)))
    expect(numbers(night)).toEqual(numbers(option))
    const shades = ['#ffffff', '#d0d7de', '#57606a', '#1f2328'].map(
      (color) => (forNight({ color } as never) as { color: string }).color,
    )
    const lights = shades.map((hex) => parseInt(hex.slice(3, 5), 16))
    expect(lights).toEqual([...lights].sort((a, b) => a - b))
    expect(lights[0]).toBeLessThan(60)
    expect(lights[3]).toBeGreaterThan(200)
  })
})
