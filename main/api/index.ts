import type { z } from 'zod'
import type { ApiName, Reply } from '../../preload/contract.ts'
import type { Bench } from '../bench.ts'
import { LabError, toFault } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import type { Call, Calls } from './call.ts'
import { bundles } from './bundles.ts'
import { digest } from './digest.ts'
import { drafts } from './drafts.ts'
import { files } from './files.ts'
import { items } from './items.ts'
import { lab } from './lab.ts'
import { library } from './library.ts'
import { masks } from './masks.ts'
import { models } from './models.ts'
import { atSource } from './opened.ts'
import { runs } from './runs.ts'
import { studies } from './studies.ts'
import { tasks } from './tasks.ts'
import { templates } from './templates.ts'

const calls: Calls = {
  ...lab,
  ...studies,
  ...digest,
  ...models,
  ...masks,
  ...library,
  ...drafts,
  ...items,
  ...runs,
  ...tasks,
  ...templates,
  ...bundles,
  ...files,
}

/** Every call there is. */
export const callNames = Object.keys(calls) as readonly ApiName[]

/** The one way in, for every host: a call by name with its argument as plain data. Never rejects; what went wrong is a value. */
export async function answer(bench: Bench, name: string, argument: unknown): Promise<Reply<unknown>> {
  try {
    if (!Object.hasOwn(calls, name)) throw unknownCall(name)
    const call = calls[name as ApiName] as Call<ApiName>
    const parsed = call.argument.safeParse(argument)
    if (!parsed.success) throw wrongArgument(name, parsed.error.issues[0]!, argument)
    const asked = atSource(bench, name, parsed.data)
    return { ok: true, value: await call.run(asked.bench, asked.argument) }
  } catch (error) {
    return { ok: false, error: toFault(error) } // as a value: Electron would rebuild the error and lose its code
  }
}

function unknownCall(name: string): LabError {
  const short = name.slice(0, 80) // a name may be of any length, and likeness takes its square
  const meant = nearest(short, callNames)
  return new LabError('api/unknown', `No call is named "${short}"${meant ? `; perhaps "${meant}" was meant.` : '.'}`)
}

function wrongArgument(name: string, { path, message }: z.core.$ZodIssue, argument: unknown): LabError {
  const came = path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[part], argument)
  const shown = came === undefined ? 'nothing' : `${JSON.stringify(came).slice(0, 80)} (${typeof came})`
  const where = path.length > 0 ? ` at "${path.join('.')}"` : ''
  return new LabError('api/argument', `Expected the argument of "${name}" to fit${where}: ${message}; got ${shown}.`)
}
