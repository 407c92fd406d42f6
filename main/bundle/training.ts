import { canonical } from '../base/json.ts'
import type { ResultRow } from '../../preload/contract.ts'
import type { CellKey, CellRecord } from '../store/records.ts'

type Transfer = CellKey['transfer']

/** What the tidy table says of training after compression. */
export function trainingColumns(
  transfer: Transfer,
): Pick<ResultRow, 'transfer' | 'training' | 'trainItems' | 'steps' | 'learningRate' | 'trainSeed'> {
  if (transfer === 'none') {
    return { transfer, training: '', trainItems: null, steps: null, learningRate: null, trainSeed: null }
  }
  const { kind, task, steps, learningRate, seed } = transfer
  return { transfer: kind, training: trainingName(transfer), trainItems: task.items, steps, learningRate, trainSeed: seed }
}

/** Everything but kind and seed, in words: "500 items of world_kinds, 200 steps, rate 0.001, batch 16, linear, warm-up 0.06, decay 0". */
function trainingName({
  task,
  steps,
  epochs,
  learningRate,
  batch,
  schedule,
  warmUp,
  weightDecay,
  head,
}: Exclude<Transfer, 'none'>): string {
  const pace = [`batch ${batch}`, schedule, `warm-up ${warmUp}`, `decay ${weightDecay}`]
  const drawn = task.draw === undefined ? '' : ` (draw ${task.draw})`
  // where the passes are said, the steps follow from the items: trainings that differ in these alone read the same but for them
  const length = epochs === undefined ? `${steps} steps` : `${epochs} epochs`
  const by = head ? ['fresh head'] : []
  return [`${task.items} items of ${task.id}${drawn}`, ...by, length, `rate ${learningRate}`, ...pace].join(', ')
}

/** Equal for cells that have one reference: the uncompressed model, trained with the same settings and seed where there was training (paper.md 1.1). */
export function referenceKey({ key: { transfer } }: CellRecord): string {
  return transfer === 'none' ? transfer : canonical({ ...transfer, kind: 'dense' })
}
