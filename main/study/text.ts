import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { stringify } from 'yaml'
import type { Study, StudyTask } from './spec.ts'

/**
 * A study as the text of a study file that gives the same cells wherever it is kept: paths are absolute, defaults written out. Comments of the
 * file it was read from are not in a study, so that there are none.
 */
export function studyText(study: Study): string {
  const {
    file: _,
    name,
    title,
    description,
    models,
    data,
    tasks,
    compress,
    calibration,
    transfer,
    difficulty,
    groups,
    engine,
    ...more
  } = study
  const place = (path: string) => placeOf(study, path)
  const plain = {
    name,
    ...(title !== name && { title }),
    ...(description !== '' && { description }),
    models,
    ...(data !== undefined && { data }),
    tasks: tasks.map(entryOf),
    compress,
    ...(calibration && { calibration: { ...calibration, text: place(calibration.text) } }),
    ...(transfer && { transfer }),
    ...(difficulty.length > 0 && { difficulty: difficulty.map((entry) => ('table' in entry ? { ...entry, table: place(entry.table) } : entry)) }), // prettier-ignore
    ...(groups && { groups: { ...groups, table: place(groups.table) } }),
    engine,
    ...more,
  }
  // what was left out stays left out
  return stringify(JSON.parse(JSON.stringify({ ...plain, limit: undefined })), { lineWidth: 0 })
}

/** A path that was looked for in the data folder and then beside the file is written as where it was found, if it still is there. */
function placeOf({ file, data }: Study, path: string): string {
  const places = [...(data ? [data] : []), dirname(file)].map((folder) => resolve(folder, path))
  return places.find((found) => existsSync(found)) ?? path
}

function entryOf(entry: StudyTask): unknown {
  const { limit, shots } = entry
  if ('along' in entry) {
    const { task, name, axis, levels, params, seeds } = entry.along
    return { task, name, axis, levels, params, seeds, limit, shots }
  }
  return limit === undefined && shots === undefined && 'task' in entry ? entry.task : entry
}
