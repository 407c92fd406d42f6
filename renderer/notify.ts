import type { RunRow } from '../preload/contract.ts'
import { words } from './words.ts'

/** Tells the desktop that a run has ended, where one has allowed it and does not look at the window anyway. */
export function notify(run: RunRow): void {
  const Made = globalThis.Notification as typeof Notification | undefined
  if (Made?.permission !== 'granted' || document.hasFocus()) return
  new Made(run.title, { body: words.run.ended(run.state, run.done), tag: run.id })
}

/** Asks once; only a click may. */
export async function allowNotes(): Promise<boolean> {
  const Made = globalThis.Notification as typeof Notification | undefined
  return Made !== undefined && (await Made.requestPermission()) === 'granted'
}

/** Whether asking would be answered. */
export function canAsk(): boolean {
  const Made = globalThis.Notification as typeof Notification | undefined
  return Made?.permission === 'default'
}
