import type { CellFault } from '../../../preload/contract.ts'
import type { Html } from './html.ts'
import { dataTable } from './tables.ts'

/** Each cell that failed, why, and what to do. */
export function faultTable(faults: readonly CellFault[]): Html {
  const rows = faults.map(({ label, fault }) => [label, fault.code, fault.message, fault.hint])
  const head = ['cell', 'code', 'what happened', 'what to do']
  return dataTable({ caption: 'Cells that gave an error in place of numbers', head, words: 4, rows })
}
