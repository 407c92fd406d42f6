import type { ReportInput } from '../charts/input.ts'
import type { Json } from '../base/json.ts'
import type { StudyCell } from '../store/cells.ts'
import type { LedgerLine } from '../store/ledgers.ts'
import type { Store } from '../store/open.ts'
import type { CellRecord, ItemOutcomes, RightAnswers } from '../store/records.ts'
import type { StoredStudy, StudyState } from '../store/studies.ts'
import { portable } from './archive/portable.ts'
import { studyReport, type About } from './table.ts'

/** A cell as bundles have it: its place in the study, and what became of it. */
export interface CellLine extends Omit<StudyCell, 'position' | 'record' | 'fault'> {
  readonly modelName: string
  readonly taskLabel: string
  readonly taskGroup: string
  readonly record: CellRecord | null
  readonly fault: StudyCell['fault'] | null
  /** Hash of its items; null where it is not finished. */
  readonly items: string | null
}

/** What a store knows of a study, without the folders of this machine. */
export interface Contents {
  readonly study: StoredStudy & { readonly state: StudyState }
  readonly report: ReportInput
  readonly cells: readonly CellLine[]
  readonly ledgers: readonly { readonly key: string; readonly lines: readonly LedgerLine[] }[]
  /** Undefined for each cell where items are not at hand. */
  items(fingerprint: string): ItemOutcomes | undefined
  /** Of uncompressed cells; undefined where they are not on record. */
  answers(fingerprint: string): RightAnswers | undefined
}

/** What stands for the cells of a study that came without items. */
export type Kept = Pick<Contents, 'report' | 'cells' | 'ledgers'>

/** Reads a study of a store, run here or imported. Throws LabError('study/unknown' | 'store/corrupt'). */
export function contentsOf(store: Store, study: string, about: About): Contents {
  const row = store.studies.find(study)
  const { spec, ...stored } = store.studies.read(row.id)
  const kept = store.imports.find(row.id)?.kept as unknown as Kept | null | undefined
  // one that runs now is, from elsewhere, one that has not been finished
  const state = row.state === 'running' ? 'interrupted' : row.state
  const whole = { ...portable(stored), spec: portable(spec), state }
  if (kept) return { ...kept, study: whole, items: () => undefined, answers: () => undefined }
  const report = studyReport(store, row.id, about)
  const cells = store.cells.ofStudy(row.id)
  const keys = [...new Set(cells.flatMap(({ record }) => record?.ledger ?? []))]
  return {
    study: whole,
    report: { ...report, faults: portable(report.faults), provenance: portable(report.provenance) },
    cells: store.studies.places(row.id).map((place, i) => {
      const { record, fault } = cells[i]!
      const items = record ? (store.items.hash(place.fingerprint) ?? null) : null
      return { ...place, record: record ?? null, fault: fault ? portable(fault) : null, items }
    }),
    ledgers: keys.flatMap((key) => {
      const lines = store.ledgers.read(key)
      return lines ? [{ key, lines }] : []
    }),
    items: (fingerprint) => store.items.read(fingerprint),
    answers: (fingerprint) => store.answers.read(fingerprint),
  }
}

/** As exports read cells. */
export function studyCells(cells: readonly CellLine[]): StudyCell[] {
  return cells.map(({ fingerprint, label, record, fault }, position) => {
    return { position, fingerprint, label, record: record ?? undefined, fault: fault ?? undefined }
  })
}

/** Of the cells of a study. */
export function countsOf(cells: readonly CellLine[]): { planned: number; done: number; failed: number } {
  return {
    planned: cells.length,
    done: cells.filter(({ record }) => record).length,
    failed: cells.filter(({ fault }) => fault).length,
  }
}

export const keptData = ({ report, cells, ledgers }: Kept): Json => ({ report, cells, ledgers }) as unknown as Json
