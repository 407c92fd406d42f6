import { toFault } from '../base/errors.ts'
import { startEngine } from './process.ts'
import { absence } from './providers.ts'
import { PROVIDERS, type Device, type Provider } from './session.ts'

/** What `lab doctor` says of one provider. */
export type ProviderReport =
  | { readonly provider: Provider; readonly isAvailable: true; readonly device: Device }
  | {
      readonly provider: Provider
      readonly isAvailable: false
      /** Why not, in one sentence. */
      readonly why: string
      /** The command or the step that brings it; absent where nothing can on this system. */
      readonly remedy?: string
    }

/** Each provider, by really running a graph on it in a process of its own. `env` is added to the environment of those processes. */
export async function probeProviders(env: Readonly<Record<string, string>> = {}): Promise<readonly ProviderReport[]> {
  return Promise.all(PROVIDERS.map((provider) => probe(provider, env)))
}

async function probe(provider: Provider, env: Readonly<Record<string, string>>): Promise<ProviderReport> {
  try {
    const engine = await startEngine({ provider, threads: 0 }, env)
    const { device } = engine
    await engine.close()
    return { provider, isAvailable: true, device }
  } catch (error) {
    const { message } = toFault(error)
    const { remedy } = absence(provider, message)
    return { provider, isAvailable: false, why: message, ...(remedy !== undefined && { remedy }) }
  }
}
