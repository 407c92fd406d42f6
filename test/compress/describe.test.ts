import { describe, expect, it } from 'vitest'
import { describeMethod } from '../../main/compress/describe.ts'
import { methods } from '../../main/compress/index.ts'

const card = (id: string) => describeMethod(methods.find((method) => method.id === id)!)
const param = (id: string, name: string) => card(id).params.find((one) => one.id === name)

describe('the card of a method', () => {
  it('has the ranges and defaults of its parameters', () => {
    expect(param('gptq', 'damping')).toMatchObject({ kind: 'number', isWhole: false, min: 0, max: 1, isMaxAllowed: true, default: 0.01 }) // prettier-ignore
    expect(param('sparsegpt', 'blockSize')).toMatchObject({ isWhole: true, min: 1, max: 4096, default: 128, unit: 'columns' })
    expect(param('gptq', 'groupSize')).toMatchObject({ isWhole: true, min: 1, max: null, default: null, isRequired: false })
    expect(param('gptq', 'actOrder')).toMatchObject({ kind: 'boolean', default: false, isRequired: false })
    expect(param('band', 'from')).toMatchObject({ min: 0, max: 1, isMaxAllowed: false, isRequired: true })
    expect(param('magnitude', 'threshold')).toMatchObject({ kind: 'choice', choices: ['published', 'inclusive'] })
    expect(param('sparsegpt', 'threshold')).toMatchObject({ kind: 'choice', choices: ['published'] })
  })
  it('leaves out the bits, which stand beside the parameters', () => {
    expect(param('rtn', 'bits')).toBeUndefined()
  })
  it('names the groups that are defined, and none where nothing is removed', () => {
    expect([card('magnitude').groups, card('sparsegpt').groups, card('gptq').groups]).toEqual([
      ['model', 'layer', 'row'],
      ['layer', 'row'],
      [],
    ])
  })
  it('is plain data: what JSON says of it is all there is', () => {
    for (const one of methods.map(describeMethod)) expect(JSON.parse(JSON.stringify(one))).toEqual(one)
  })
})
