import { defineStore } from 'pinia'
import { lab } from '../lab.ts'
import { said } from './said.ts'

/** Models and data by reference, and a look into them. */
export const useLibrary = defineStore('library', () => {
  const all = said('models.list')
  const packs = said('packs.list')
  const facts = said('models.show')
  const tensors = said('models.tensors')
  const tensor = said('models.tensor')
  const map = said('models.map')
  const zeros = said('models.zeros')
  const comparison = said('models.compare')
  const tasks = said('tasks.list')
  const check = said('tasks.check')

  function start(): void {
    void all.ask(null)
    void packs.ask(null)
    void tasks.ask(null)
  }
  async function change(name: 'models.add' | 'models.remove', folder: string): Promise<boolean> {
    const reply = await lab.call(name, { folder })
    all.fault.value = reply.ok ? undefined : reply.error
    if (reply.ok) all.value.value = reply.value
    return reply.ok
  }
  /** Looks into a model: its weights by name; numbers are read when asked for. */
  function look(folder: string): void {
    for (const one of [facts, tensors, tensor, map, zeros, comparison]) one.forget()
    void tensors.ask({ folder })
    void facts.ask({ folder, withHash: false })
  }
  function lookAt(folder: string, name: string, isMatrix: boolean): void {
    map.forget()
    void tensor.ask({ folder, name, bins: 81 })
    if (isMatrix) void map.ask({ folder, name, rows: 64, columns: 96 })
  }

  return {
    ...{ all: all.value, fault: all.fault, packs: packs.value, packFault: packs.fault, facts: facts.value },
    ...{ tensors: tensors.value, tensorsFault: tensors.fault, tensor: tensor.value, tensorFault: tensor.fault, map: map.value },
    ...{ zeros: zeros.value, zerosFault: zeros.fault, isCounting: zeros.isAsking, askZeros: zeros.ask },
    ...{
      comparison: comparison.value,
      comparisonFault: comparison.fault,
      isComparing: comparison.isAsking,
      askComparison: comparison.ask,
    },
    ...{ tasks: tasks.value, check: check.value, checkFault: check.fault, isChecking: check.isAsking, askCheck: check.ask },
    ...{ start, change, look, lookAt },
  }
})
