import { shallowRef, type ShallowRef } from 'vue'
import type { Api, ApiName, Fault } from '../../preload/contract.ts'
import { lab } from '../lab.ts'

/** What a call last said: its value, why there is none, and whether one is under way. A later answer never gives way to an earlier one. */
export interface Said<N extends ApiName> {
  readonly value: ShallowRef<Api[N][1] | undefined>
  readonly fault: ShallowRef<Fault | undefined>
  readonly isAsking: ShallowRef<boolean>
  /** What it was last asked. */
  readonly asked: ShallowRef<Api[N][0] | undefined>
  ask(argument: Api[N][0]): Promise<Api[N][1] | undefined>
  forget(): void
}

export function said<N extends ApiName>(name: N): Said<N> {
  const value = shallowRef<Api[N][1]>()
  const fault = shallowRef<Fault>()
  const isAsking = shallowRef(false)
  const asked = shallowRef<Api[N][0]>()
  let turn = 0
  return {
    ...{ value, fault, isAsking, asked },
    async ask(argument) {
      const mine = ++turn
      isAsking.value = true
      asked.value = argument
      const reply = await lab.call(name, argument)
      if (mine !== turn) return undefined
      isAsking.value = false
      fault.value = reply.ok ? undefined : reply.error
      if (reply.ok) value.value = reply.value
      return reply.ok ? reply.value : undefined
    },
    forget() {
      turn++
      value.value = fault.value = asked.value = undefined
      isAsking.value = false
    },
  }
}
