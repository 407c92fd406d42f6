import { join, resolve } from 'node:path'
import { unpacked } from '../base/files.ts'

/** What comes with the lab: built-in model, studies, published numbers. */
export const RESOURCES = unpacked(join(import.meta.dirname, '..', '..', 'resources'))

const OURS = 'lab:'

/** A path of a study file: "lab:demo/model" lies among what comes with the lab, wherever the file is; any other path starts at `folder`. */
export function resolvePlace(folder: string, path: string): string {
  return path.startsWith(OURS) ? resolve(RESOURCES, path.slice(OURS.length)) : resolve(folder, path)
}
