import type { ReportInput } from '../../charts/input.ts'
import type { StudyCell } from '../../store/cells.ts'
import type { ItemOutcomes } from '../../store/records.ts'

/** One file of an export that is made of several; folders in its name are parted by "/". */
export interface ExportFile {
  readonly name: string
  readonly data: string | Uint8Array
}

/** The cells behind a report. */
export interface ExportCells {
  readonly cells: readonly StudyCell[]
  /** Undefined where they are not at hand. */
  items(fingerprint: string): ItemOutcomes | undefined
}

/** Results as a file, or several, for other programs. */
export interface Export {
  readonly id: string
  readonly label: string
  /** Ending of the file's name, without a dot; 'zip' where there are several, for they may come as one. */
  readonly extension: string
  /** Name of the file where one is not chosen. */
  readonly file: string
  write(input: ReportInput, cells: ExportCells): string | Uint8Array | readonly ExportFile[]
  /** Further files, which a bundle goes without: it has the same as `write` gives it. */
  beside?(input: ReportInput): Promise<readonly ExportFile[]>
}

/** The files of an export, whether it is one or several. */
export function filesOf({ file, write }: Export, input: ReportInput, cells: ExportCells): readonly ExportFile[] {
  const written = write(input, cells)
  return typeof written === 'string' || written instanceof Uint8Array ? [{ name: file, data: written }] : written
}
