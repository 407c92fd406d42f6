import { join } from 'node:path'
import type { Json } from '../../base/json.ts'
import { startEngine } from '../../engine/process.ts'
import { openMasks } from '../../store/masks.ts'
import type { Store } from '../../store/open.ts'
import type { PlannedCell } from '../../study/plan.ts'
import type { JobKind } from '../kind.ts'
import { onRecord } from '../study/on-record.ts'
import { prepareStudy, type PreparedStudy } from '../study/prepare.ts'
import type { ReadingPlace } from '../study/samples.ts'
import type { Effort } from '../study/effort.ts'
import { openShift, type CellResult } from '../study/shift.ts'

/** What a study needs of the place it runs in. */
export interface StudyPlace extends ReadingPlace {
  readonly store: Store
  readonly nowMs: () => number
  readonly effort: Effort
}

/** A study file run cell by cell: each cell is one task asked of one model at one compression level. */
export const study: JobKind<StudyPlace, PreparedStudy, PlannedCell, CellResult> = {
  id: 'study',
  prepare: (raw: Json, place) => prepareStudy(raw, place),
  plan: ({ cells }) => cells,
  key: ({ fingerprint }) => fingerprint,
  log: (p, { store, effort }) => ({
    isDone: onRecord(p, store),
    finish({ fingerprint }, { record, outcomes, answers, ledger }) {
      store.ledgers.save(record.ledger, ledger)
      // of a cell on record that was asked again, only the right answers are new
      if (!store.cells.isDone(fingerprint)) store.cells.finish(record, outcomes, answers)
      else if (answers) store.answers.save(fingerprint, answers)
      effort.cells++
    },
    fail: ({ fingerprint }, fault) => store.cells.fail(fingerprint, fault),
  }),
  async open(p, _left, c, { store, nowMs, effort }) {
    const place = { folder: join(store.folder, 'trained'), masks: openMasks(store.folder), effort, nowMs }
    return openShift(p, await startEngine(p.engine), c, place)
  },
}
