import type { z } from 'zod'
import type { Api, ApiName } from '../../preload/contract.ts'
import type { Bench } from '../bench.ts'

/** One call of the contract: what its argument must look like, and how it is answered. */
export interface Call<N extends ApiName> {
  readonly argument: z.ZodType<Api[N][0]>
  run(bench: Bench, argument: Api[N][0]): Api[N][1] | Promise<Api[N][1]>
}

/** A handler for each call: leave one out and this does not compile. */
export type Calls = { readonly [N in ApiName]: Call<N> }
