import { describe, expect, it } from 'vitest'
import type { ReportInput } from '../../main/charts/input.ts'
import { drawFigures } from '../../main/bundle/figures.ts'
import { summarise } from '../../main/bundle/summary.ts'
import { formatResults } from '../../main/bundle/terminal.ts'
import { FAMILIES, makeAxisStudy } from '../make/conditions.ts'
import { GROUPS, makeStudy } from '../make/rows.ts'

const textOf = (input: ReportInput, title: string) =>
  summarise(input).parts.filter((part) => part.title.startsWith(title)).flatMap(({ said }) => said.flatMap(({ text, items }) => [text, ...items])).join(' | ') // prettier-ignore
const cautionsOf = (input: ReportInput) => summarise(input).cautions.join(' | ')
const study = makeStudy()

describe('the summary of a study', () => {
  it('says what was run', () => {
    expect(textOf(study, 'What was run')).toBe(
      'stories-260k (260,032 parameters) was asked 67 tasks in 13 groups of 1,000 items each, uncompressed and compressed by magnitude at 9 levels from 10 % to 90 % sparsity, random at 9 levels from 10 % to 90 % sparsity and magnitude (N of 8 kept) at 7 levels from 7 of 8 to 1 of 8. All 1,742 cells are done.',
    )
  })
  it('says how dense stands', () => {
    const dense = study.rows.filter((r) => r.method === 'dense')
    const above = dense.filter((r) => !r.isFloor).length
    expect(textOf(study, 'Uncompressed')).toContain(`Above chance on ${above} of 67 tasks; mean acc`)
  })
  it('says up to where each method keeps the score of the tasks that dense can do', () => {
    const shares = study.groups.filter((g) => g.of === 'able' && g.method === 'magnitude' && g.pattern === 'free').sort((a, b) => a.sparsity - b.sparsity) // prettier-ignore
    const kept = shares.findLast((_, i) => shares.slice(0, i + 1).every((s) => s.normalised! >= 95))!
    const [able] = study.groups.filter((g) => g.of === 'able')
    const said = textOf(study, 'Compressed')
    expect(said).toContain(`On the ${able!.tasks} tasks above chance uncompressed:`)
    expect(said).toContain(`magnitude keeps at least 95 % of the dense score up to ${Math.round(100 * kept.sparsity)} %; at 90 % it has ${shares.at(-1)!.normalised!.toFixed(1)} %`) // prettier-ignore
  })
  it('speaks of bits as bits: down to how many, and never of their sparsity', () => {
    const coded = makeStudy({ bits: [3, 16, 2, 8, 4, 6] })
    expect(textOf(coded, 'What was run')).toContain('and rtn groupSize=32 at 6 levels from 16 bits to 2 bits. All')
    const shares = [16, 8, 6, 4, 3, 2].map((b) => [b, coded.groups.find((g) => g.of === 'able' && g.method === `rtn bits=${b} groupSize=32`)!.normalised!] as const) // prettier-ignore
    const kept = shares.findLast((_, i) => shares.slice(0, i + 1).every(([, share]) => share >= 95))!
    expect(textOf(coded, 'Compressed')).toContain(`rtn groupSize=32 keeps at least 95 % of the dense score down to ${kept[0]} bits; at 2 bits it has ${shares.at(-1)![1].toFixed(1)} %`) // prettier-ignore
    expect(cautionsOf(coded)).not.toMatch(/rtn groupSize=32 from 0 %/)
    expect(textOf(coded, 'Random control')).not.toContain('rtn')
    const axes = textOf(makeAxisStudy({ bits: [8, 4, 2] }), 'Difficulty axes').split(' | ').filter((text) => text.startsWith('rtn')) // prettier-ignore
    expect(axes).toHaveLength(Object.keys(FAMILIES).length)
    for (const text of axes) expect(text).not.toMatch(/sparsit/)
    expect(axes.join()).toMatch(/bit widths?/)
  })
  it('does not say that a method keeps what it lost at its first level', () => {
    const groups = study.groups.map((g) => (g.method === 'random' ? { ...g, normalised: g.sparsity > 0.5 ? 99 : 80 } : g))
    expect(textOf({ ...study, groups }, 'Compressed')).toContain(
      'random falls below 95 % of the dense score at its first level, 10 %',
    )
  })
  it('says at which levels tau leaves zero out, with interval, p and tasks, and what is left after Holm', () => {
    const mine = study.trends.filter((t) => t.estimator === 'human-gap' && t.method === 'magnitude' && t.pattern === 'free' && t.low !== null && t.low > 0) // prettier-ignore
    const best = mine.reduce((a, b) => (b.tau! > a.tau! ? b : a))
    const said = textOf(study, 'Difficulty')
    expect(said).toContain(
      `magnitude: interval above zero at ${mine.length} of 9 levels, most at ${Math.round(100 * best.sparsity)} % (τ = +${best.tau!.toFixed(2)} [+${best.low!.toFixed(2)}, +${best.high!.toFixed(2)}], p < 0.001, ${best.tasks} tasks)`,
    )
    expect(said).toContain('By human-gap, 7 of 18 tests have p < 0.05 after Holm’s correction')
    expect(said).toContain('By human-error, none of 18 tests have p < 0.05 after Holm’s correction')
  })
  it('says what the random control says', () => {
    expect(textOf(study, 'Random')).toContain(
      'By human-gap, random has tau above zero as well, at 2 of the 4 levels with tasks enough',
    )
    expect(textOf(study, 'Random')).toMatch(
      /At 40 %, magnitude has 9\d\.\d % \[.*\] and random 6\d\.\d % \[.*\] of the dense score; their intervals are apart at \d of 9 shared levels/,
    )
    const flat = { ...study, trends: study.trends.map((t) => (t.method === 'random' ? { ...t, low: -0.5, high: 0.5 } : t)) }
    expect(textOf(flat, 'Random')).toContain(
      'By human-gap and human-error, random has tau above zero at none of the 4 levels with tasks enough.',
    )
    const alone = { ...study, rows: study.rows.filter((r) => r.method !== 'random') }
    expect(textOf(alone, 'Random')).toContain('no random control')
  })
  it('says what a model ruined at random still can', () => {
    expect(textOf(study, 'Random')).not.toContain('gone at random')
    const groups = study.groups.map((g) => (g.of === 'able' && g.method === 'random' ? { ...g, floor: 20 } : g))
    expect(textOf({ ...study, groups }, 'Random')).toContain('With 90 % of the weights gone at random, 32 of these 52 tasks are still above chance') // prettier-ignore
  })
  it('says of N:M patterns what is kept at random, and warns of a loss taken from the answers that drops are', () => {
    const patterned = { ...makeStudy(), groups: makeStudy().groups.map((g) => ({ ...g, floor: 20 })) }
    const swap = <T extends { readonly method: string; readonly pattern: string }>(all: readonly T[]) =>
      all.filter((r) => r.pattern !== 'free' || r.method === 'dense').map((r) => (r.method === 'magnitude' ? { ...r, method: 'random' } : r)) // prettier-ignore
    const trends = swap(patterned.trends).map((t) => ({ ...t, estimator: 'dense-loss' }))
    const only = { ...patterned, rows: swap(patterned.rows), groups: swap(patterned.groups), trends }
    expect(textOf(only, 'Random')).toContain('With 1 of 8 weights kept at random, 32 of these 52 tasks are still above chance')
    expect(cautionsOf(only)).toMatch(
      /^.*dense-loss is taken from the same answers of the uncompressed model.*regression to the mean/,
    )
    expect(cautionsOf(only)).not.toContain('same dense score')
  })
  it('warns where most tasks are at the floor uncompressed, and counts what is left', () => {
    const weak = makeStudy({ skill: 0.08 })
    const lost = weak.rows.filter((r) => r.method === 'dense' && r.isFloor).length
    expect(cautionsOf(weak)).toContain(`On ${lost} of 67 tasks the uncompressed model itself is not above chance`)
    expect(cautionsOf(weak)).toContain(`rests on the other ${67 - lost}`)
    expect(cautionsOf(study)).not.toContain('uncompressed model itself')
  })
  it('says nothing about drops where there is nothing to lose', () => {
    const rows = study.rows.map((r) => ({ ...r, isDenseFloor: true, isFloor: true }))
    const groups = study.groups.filter((g) => g.of !== 'able').map((g) => ({ ...g, floor: g.tasks, denseFloor: g.tasks }))
    const none = {
      ...study,
      rows,
      groups,
      trends: study.trends.map((t) => ({ ...t, tau: null, p: null, low: null, high: null, tasks: 0 })),
    }
    expect(textOf(none, 'Compressed')).toBe(
      'No task is above chance uncompressed, so there is nothing that compression could take away.',
    )
    expect(cautionsOf(none)).toContain('this study says nothing about drops')
    expect(textOf(none, 'Difficulty')).toContain('too few tasks stand above the floor to compute tau at any level')
  })
  it('warns of thin tau, of levels at the floor, of the noise that the human gap shares with the drop, and of what is missing', () => {
    expect(cautionsOf(study)).toContain('fewer than 10 tasks')
    expect(cautionsOf(study)).toContain('magnitude from 80 %, random from 40 %')
    expect(cautionsOf(study)).toContain('pushes tau below zero')
    const some = { ...study, provenance: { ...study.provenance, cells: { planned: 1742, done: 1700, failed: 1 }, truncated: 3 } }
    expect(cautionsOf(some)).toContain('41 cells of 1,742 are not done yet')
    expect(cautionsOf(some)).toContain('3 items did not fit')
    expect(summarise(makeStudy({ hasDifficulty: false, hasLevels: false })).cautions).toEqual([])
  })
  it('calls an error an error: in its own unit, and never a perplexity', () => {
    const made = makeStudy({ scorer: 'word_perplexity', groups: { '': ['near', 'far'] } })
    const errors = <T extends object>(rows: readonly T[]): T[] => rows.map((row) => ({ ...row, scorer: 'mse', chance: 1e6 }))
    const study = { ...made, rows: errors(made.rows), groups: errors(made.groups) }
    expect(textOf(study, 'Uncompressed')).toMatch(/; mean mse \d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\]\.$/)
    expect(textOf(study, 'Compressed')).toMatch(/stays within 5 % of the dense squared error up to/)
    const said = [formatResults(study, { width: 100, colour: false, tasks: true }), ...drawFigures(study).flatMap(({ figures }) => figures.flatMap(({ svg, caption }) => [svg ?? '', caption]))] // prettier-ignore
    expect(said.join('\n')).not.toMatch(/perplexit/)
    expect(said.join('\n')).toContain('squared error, × dense')
  })
  it('speaks of perplexities as multiples', () => {
    const ppl = makeStudy({ scorer: 'word_perplexity', groups: { '': ['wikitext', 'lambada'] } })
    expect(textOf(ppl, 'Uncompressed')).toMatch(/^Mean word_perplexity \d+\.\d\d \[/)
    expect(textOf(ppl, 'Compressed')).toMatch(
      /magnitude stays within 5 % of the dense perplexity up to \d0 %; at 90 % it has [\d,]+ \[[\d,]+, [\d,]+\] times it/i,
    )
  })
  it('names model and scorer where there are several', () => {
    const groups = { a: GROUPS.quantifiers! }
    const [one, two] = [makeStudy({ groups }), makeStudy({ groups, model: 'other' })]
    const both = { ...one, rows: [...one.rows, ...two.rows], groups: [...one.groups, ...two.groups] }
    expect(summarise(both).parts.map((p) => p.title)).toContain('Uncompressed (other, acc)')
  })
})
