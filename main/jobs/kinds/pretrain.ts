import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { startEngine } from '../../engine/process.ts'
import { PROVIDERS } from '../../engine/session.ts'
import type { JobKind } from '../kind.ts'
import { deliver, isDelivered } from '../pretrain/deliver.ts'
import { readRecipe, recipeHash } from '../pretrain/recipe.ts'
import { openShift, type PreparedRecipe, type Pretrained, type PretrainPlace } from '../pretrain/shift.ts'

const params = z.strictObject({
  file: z.string(),
  out: z.string(),
  provider: z.string().default('cpu'),
  threads: z.int().min(0).default(0),
})

/** A model made from nothing, as a recipe says: a Hugging Face folder with its curve beside it. One step; a killed one goes on from its checkpoint. */
export const pretrain: JobKind<PretrainPlace, PreparedRecipe, PreparedRecipe, Pretrained> = {
  id: 'pretrain',
  async prepare(raw: Json) {
    const { file, out: asked, provider: named, threads } = params.parse(raw)
    const recipe = readRecipe(resolve(file))
    const [hash, out] = [recipeHash(recipe), resolve(asked)]
    const provider = PROVIDERS.find((known) => known === named)
    if (!provider) throw new LabError('engine/unknown', `Expected one of ${PROVIDERS.join(', ')}, got "${named}".`)
    if (existsSync(out) && !isDelivered(out, hash)) {
      throw new LabError('train/exists', `Expected nothing at ${out} yet, or the model of this recipe, found something else.`)
    }
    return { recipe, hash, out, workshop: `${out}.part`, engine: { provider, threads } }
  },
  plan: (p) => [p],
  key: ({ hash }) => hash,
  log: ({ out }) => ({
    isDone: (hash) => isDelivered(out, hash),
    finish: deliver,
    // the checkpoint stays; there is nowhere else to say it
    fail() {},
  }),
  async open(p, _left, c, place) {
    return openShift(p, await startEngine(p.engine), c, place)
  },
}
