import { readFileSync } from 'node:fs'
import { sizeOf } from '../../base/tensor.ts'
import type { Engine, Session } from '../../engine/session.ts'
import type { Graph, Weights } from '../../onnx/graph.ts'

/** What an engine was asked here, and what that took. */
export interface Spent {
  /** Graphs opened and milliseconds that took, weights included. */
  opens: number
  openMs: number
  runs: number
  runMs: number
  /** Weights of the largest graph that was opened, beside the runtime. */
  weightBytes: number
}

/** An engine that counts what is asked of it into `spent`, and says when something was answered. */
export function metered(
  engine: Pick<Engine, 'open' | 'beside'>,
  spent: Spent,
  nowMs: () => number,
  onRun: () => void = () => {},
): Pick<Engine, 'open' | 'beside'> {
  // prettier-ignore
  return {
    beside: (...asked) => engine.beside(...asked),
    async open(...asked) {
      const began = nowMs()
      const session = await engine.open(...asked)
      spent.opens++
      spent.weightBytes = Math.max(spent.weightBytes, weightBytesOf(asked[0], asked[1]))
      spent.openMs += nowMs() - began
      const run: Session['run'] = async (...feeds) => {
        const from = nowMs()
        const came = await session.run(...feeds)
        spent.runs++
        spent.runMs += nowMs() - from
        onRun()
        return came
      }
      return { ...session, run }
    },
  }
}

export const unspent = (): Spent => ({ opens: 0, openMs: 0, runs: 0, runMs: 0, weightBytes: 0 })

function weightBytesOf({ weights: used }: Graph, weights: Weights): number {
  return used.reduce((sum, { name }) => sum + 4 * sizeOf(weights.dims(name)), 0)
}

/** Most memory that this process and the one of the engine ever held, in bytes; that of the engine null where the system does not tell. */
export function peakMemory(enginePid: number | undefined): { readonly lab: number; readonly engine: number | null } {
  return { lab: process.resourceUsage().maxRSS * 1024, engine: enginePid === undefined ? null : fieldOf(enginePid, 'VmHWM') }
}

/** Memory of a process now, in bytes; null where the system does not tell. */
export function memoryOf(pid: number | undefined): number | null {
  return pid === undefined ? null : fieldOf(pid, 'VmRSS')
}

function fieldOf(pid: number, field: string): number | null {
  if (process.platform !== 'linux') return null
  try {
    const found = new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return found ? Number(found[1]) * 1024 : null
  } catch {
    return null // it has ended
  }
}
