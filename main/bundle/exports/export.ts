import type { ReportInput } from '../../charts/input.ts'

/** Results as a file for other programs. */
export interface Export {
  readonly id: string
  readonly label: string
  /** Ending of the file's name, without a dot. */
  readonly extension: string
  /** Name of the file where one is not chosen. */
  readonly file: string
  write(input: ReportInput): string
}
