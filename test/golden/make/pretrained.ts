// Writes the model of test/make/first-model.ts into a folder, for pretrained_transformers.py to open: node test/golden/make/pretrained.ts <folder>
import { cpSync } from 'node:fs'
import { makeFirstModel } from '../../make/first-model.ts'

using folder = makeFirstModel()
cpSync(folder.path, process.argv[2]!, { recursive: true })
