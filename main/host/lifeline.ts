/** Says to a child that its standard input is a lifeline: when it ends, the child shall stop as after Ctrl-C. */
export const LIFELINE = 'LAB_LIFELINE'

/** A port to the process above, as the utility processes of Electron have it. */
interface ParentPort {
  on(event: 'message', hear: () => void): void
}

/** Calls back when the lab that started this process lets go of it, or is gone. Never, where a person started it. */
export function onEndOfParent(stop: () => void): void {
  const { parentPort } = process as unknown as { readonly parentPort?: ParentPort }
  if (parentPort) return parentPort.on('message', stop)
  if (process.env[LIFELINE] === undefined) return
  delete process.env[LIFELINE] // it is not for children of this process
  // heard, but not waited for: a command ends when its work is done
  process.stdin.on('end', stop).on('error', stop).resume()
  ;(process.stdin as unknown as { unref?(): void }).unref?.()
}
