// Writes the made models into a folder, for models_transformers.py to open: node test/golden/make/models.ts <folder>
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { makeModelFolder, modelVariants } from '../../make/model.ts'

for (const [name, options] of Object.entries(modelVariants)) {
  using folder = makeModelFolder(options)
  cpSync(folder.path, join(process.argv[2]!, name), { recursive: true })
}
