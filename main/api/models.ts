import { z } from 'zod'
import { openModel } from '../models/folder.ts'
import { architectures } from '../models/index.ts'
import { pathFrom } from '../models/library.ts'
import type { Calls } from './call.ts'
import { path } from './library.ts'

/** Model folders. */
export const models = {
  'models.architectures': {
    argument: z.null(),
    run: () => architectures.map(({ id, label }) => ({ id, label })),
  },
  'models.show': {
    argument: z.strictObject({ folder: path, withHash: z.boolean() }),
    run(_, { folder, withHash }) {
      const model = openModel(pathFrom(folder))
      return {
        name: model.name,
        folder: model.folder,
        architecture: model.architecture,
        parameters: model.parameters,
        compressible: model.linears.reduce((sum, l) => sum + l.out * l.in, 0),
        config: { ...model.config },
        hashes: { tokenizer: model.tokenizer.hash, graph: model.graphHash, weights: withHash ? model.weights.hash() : null },
        matrices: model.linears.map(({ name, out, in: width }) => ({ name, out, in: width })),
      }
    },
  },
} satisfies Partial<Calls>
