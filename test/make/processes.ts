import { readFileSync } from 'node:fs'

/** Whether a process is there and not a zombie: one whose parent has not asked after it yet keeps its number. */
export function isRunning(pid: number): boolean {
  try {
    if (process.platform === 'linux') return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits until something is so; gives the milliseconds it took, at most `limitMs`. */
export async function waitFor(isSo: () => boolean, limitMs: number): Promise<number> {
  const began = performance.now()
  while (!isSo() && performance.now() - began < limitMs) await new Promise((resolve) => setTimeout(resolve, 5))
  return performance.now() - began
}
