import { describe, expect, it } from 'vitest'
import { createRng } from '../../../main/base/rng.ts'
import { corpus, drawOptions } from '../../../main/tasks/world/corpus.ts'
import { LEXICON, RELATIONS } from '../../../main/tasks/world/lexicon.ts'
import { BAND_WEIGHTS, createWorld } from '../../../main/tasks/world/world.ts'

const world = createWorld(0)
const take = (count: number, seed = 0) => corpus(world, seed).take(count).toArray()

describe('the world', () => {
  it('is the same for the same seed and another for another', () => {
    expect(createWorld(0).facts).toEqual(world.facts)
    expect(createWorld(1).facts[0]).not.toEqual(world.facts[0])
  })

  it('gives every place one fact of each relation, and no two things one name', () => {
    const places = new Set(world.facts.map(({ place }) => place))
    expect(world.facts).toHaveLength(places.size * RELATIONS.length)
    const names = [...places, ...world.strangers, ...Object.values(world.dictionaries).flatMap((words) => [...words.values()])]
    expect(new Set([...names, ...LEXICON]).size).toBe(names.length + LEXICON.length)
  })

  it('spreads the values of a relation evenly, so that no constant answer is good', () => {
    for (const { id, values } of RELATIONS) {
      const facts = world.facts.filter(({ relation }) => relation.id === id)
      const most = Math.max(...values.map((value) => facts.filter((fact) => fact.value === value).length))
      expect(most / facts.length).toBeLessThan(2.5 / values.length)
    }
  })
})

describe('the corpus', () => {
  it('is text that a person can read, the same for the same seed', () => {
    const documents = take(200)
    expect(take(200)).toEqual(documents)
    expect(take(200, 1)).not.toEqual(documents)
    for (const document of documents) expect(document).toMatch(/^[A-Za-z0-9].*[a-z0-9]\.$/)
  })

  it('tells the facts of each band half as often as those of the band before', () => {
    const told = BAND_WEIGHTS.map(() => 0)
    const bandOf = new Map(world.facts.map(({ place, band }) => [place, band]))
    for (const document of take(30_000)) {
      const place = /^The \w+ of (\w+) is \w+\.$/.exec(document)?.[1]
      const band = place === undefined ? undefined : bandOf.get(place)
      if (band !== undefined) told[band]!++
    }
    const all = told.reduce((sum, n) => sum + n, 0)
    const weight = BAND_WEIGHTS.reduce((sum, n) => sum + n, 0)
    // four standard errors of a share
    told.forEach((n, band) => {
      const share = BAND_WEIGHTS[band]! / weight
      expect(Math.abs(n / all - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / all))
    })
  })
})

describe('options', () => {
  it('hold the answer once, and fewer of them are a part of more', () => {
    const fact = world.facts[5]!
    const offers = [2, 3, 4, 5, 6, 7, 8].map((count) => drawOptions(fact, count, createRng('item')))
    offers.forEach((options, i) => {
      expect(new Set(options).size).toBe(i + 2)
      expect(options).toContain(fact.value)
      if (i > 0) expect(options).toEqual(expect.arrayContaining(offers[i - 1]!))
    })
  })
})
