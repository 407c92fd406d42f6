import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromErrno } from '../../base/errors.ts'
import { sizeOf } from '../../base/tensor.ts'
import type { LossRow } from '../../train/checkpoint.ts'
import { writeModel } from './model-folder.ts'
import type { Pretrained, PreparedRecipe } from './shift.ts'

const NOTE = 'training.json'

/** Whether a folder holds the model that a recipe makes. */
export function isDelivered(out: string, hash: string): boolean {
  const path = join(out, NOTE)
  if (!existsSync(path)) return false
  return (JSON.parse(readFileSync(path, 'utf8')) as { recipeHash?: string }).recipeHash === hash
}

/** Puts the model, its recipe and its curve where they shall be, whole or not at all; what was needed to make it goes. */
export function deliver({ recipe, hash, out, workshop }: PreparedRecipe, { tensors, rows, spent, device }: Pretrained): void {
  const folder = join(workshop, 'model')
  try {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeModel(folder, recipe, tensors)
    writeFileSync(join(folder, 'training.csv'), curveOf(rows))
    const last = rows.at(-1)!
    const note = {
      recipe,
      recipeHash: hash,
      parameters: [...tensors.values()].reduce((sum, { dims }) => sum + sizeOf(dims), 0),
      steps: last.step,
      tokens: last.step * recipe.batch * recipe.length * recipe.accumulate,
      loss: last.loss,
      validation: last.validation ?? null,
      device,
      // of the last sitting alone where it was interrupted
      seconds: Math.round(spent.wallMs / 1000),
      shareOutsideRuntime: spent.wallMs === 0 ? 0 : Math.max(0, 1 - spent.insideMs / spent.wallMs),
    }
    writeFileSync(join(folder, NOTE), `${JSON.stringify(note, null, 2)}\n`)
    renameSync(folder, out)
    rmSync(workshop, { recursive: true, force: true })
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}

function curveOf(rows: readonly LossRow[]): string {
  const lines = rows.map(({ step, loss, learningRate, tokensPerSecond, validation = '' }) =>
    [step, loss, learningRate, tokensPerSecond, validation].join(','),
  )
  return `${['step,loss,learning_rate,tokens_per_second,validation_loss', ...lines].join('\n')}\n`
}
