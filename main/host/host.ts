import type { Launch } from '../jobs/queue/child.ts'
import type { Reader } from '../api/reader.ts'
import type { Page } from './page.ts'

/** Something that shows the window and hands its calls on. */
export interface Host {
  readonly id: string
  /** How the processes of the queue are started here. */
  readonly launch: Launch
  start(reader: Reader, page: Page): Promise<Running>
}

/** A window that is open, or can be opened at an address. */
export interface Running {
  readonly address: string
  /** When whoever looked at it has closed it. */
  readonly closed: Promise<void>
  close(): Promise<void>
}
