// node test/make/world-text.ts > resources/demo/calibration.txt
import { createWorld } from '../../main/tasks/world/world.ts'
import { WORLD_SEED } from '../../main/tasks/world/build.ts'
import { corpus } from '../../main/tasks/world/corpus.ts'

/** Text of the built-in world to calibrate with, a document per line: of the same kinds as its model learned from, drawn anew. */
export function worldText(documents = 900): string {
  const drawn = corpus(createWorld(WORLD_SEED), 2)
  return Array.from({ length: documents }, () => `${drawn.next().value}\n`).join('')
}

if (import.meta.main) process.stdout.write(worldText())
