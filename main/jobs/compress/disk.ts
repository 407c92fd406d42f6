import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fromErrno, LabError } from '../../base/errors.ts'
import type { MatrixShape } from '../../onnx/graph.ts'
import type { PreparedCompression } from './prepare.ts'

/** Bytes that a compression writes: the layers while it works, and the folder. */
function bytesToWrite(
  { model, formats }: Pick<PreparedCompression, 'model' | 'formats'>,
  stages: readonly (readonly MatrixShape[])[],
) {
  const stored = model.files.reduce((sum, file) => sum + statSync(file).size, 0)
  const layers = stages.flat().reduce((sum, { out, in: width }) => sum + Math.ceil(4.125 * out * width), 0)
  return { layers, folder: (formats.includes('hf') ? stored : 0) + (formats.includes('onnx') ? 4 * model.parameters : 0) }
}

/** Refuses a compression that its disks cannot hold: LabError('file/disk-full') before anything is written. */
export function checkRoom(p: PreparedCompression, stages: readonly (readonly MatrixShape[])[]): void {
  const { layers, folder } = bytesToWrite(p, stages)
  const [home, out] = [roomAt(p.workshop.folder), roomAt(p.out)]
  const needs = home.disk === out.disk ? [{ ...home, bytes: layers + folder }] : [{ ...home, bytes: layers }, { ...out, bytes: folder }] // prettier-ignore
  const full = needs.find(({ free, bytes }) => free < bytes)
  if (!full) return
  throw new LabError('file/disk-full', `Expected ${full.bytes} bytes free on the disk of ${full.path}, found ${full.free}.`)
}

/** The disk that a path will lie on, and what is free there. */
function roomAt(path: string): { readonly path: string; readonly disk: number; readonly free: number } {
  const there = existsSync(path) ? path : dirname(path)
  if (there !== path && there !== dirname(there) && !existsSync(there)) return roomAt(there)
  try {
    const { bavail, bsize } = statfsSync(there)
    return { path: there, disk: statSync(there).dev, free: bavail * bsize }
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}
