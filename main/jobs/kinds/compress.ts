import { startEngine } from '../../engine/process.ts'
import type { Json } from '../../base/json.ts'
import { deliver, isDelivered } from '../compress/deliver.ts'
import { prepareCompression, type PreparedCompression } from '../compress/prepare.ts'
import { openShift, type CompressedFolder, type CompressPlace } from '../compress/shift.ts'
import type { JobKind } from '../kind.ts'

/** A model compressed into a folder of its own, layer by layer. One step; a killed one goes on from the last layer that was done. */
export const compress: JobKind<CompressPlace, PreparedCompression, PreparedCompression, CompressedFolder> = {
  id: 'compress',
  prepare: (raw: Json, place) => prepareCompression(raw, place),
  plan: (p) => [p],
  key: ({ hash }) => hash,
  log: ({ out }) => ({
    isDone: (hash) => isDelivered(out, hash),
    finish(p, { part }) {
      deliver(part, p.out)
      p.workshop.leave(p.out)
    },
    // the layers that were done stay; what went wrong is told to whoever asked
    fail() {},
  }),
  async open(p, _left, c, place) {
    return openShift(p, await startEngine(p.engine), c, place)
  },
}
