import { describe, expect, it } from 'vitest'
import { pythonRandom } from '../../main/tasks/python-random.ts'
import { golden } from '../make/golden.ts'

interface Draw {
  readonly seed: number
  readonly n: number
  readonly k: number
  readonly drawn: readonly (readonly number[])[]
}
const { draws } = golden<{ draws: readonly Draw[] }>('tasks-python.json')

describe('random.sample', () => {
  it.each([...new Set(draws.map(({ seed }) => seed))])('gives what CPython gives from seed %d on, draw after draw', (seed) => {
    const random = pythonRandom(seed)
    for (const { n, k, drawn } of draws.filter((draw) => draw.seed === seed)) {
      expect([n, k, ...drawn.map(() => random.sample(n, k))]).toEqual([n, k, ...drawn])
    }
  })
})
