import { shallowRef } from 'vue'
import type { Fault, FileText, Reply } from '../../preload/contract.ts'
import { lab } from '../lab.ts'
import { base64Of, saveKept } from '../save.ts'
import { pictureOf } from './picture.ts'

/** What a drawing can be kept as. */
export const FORMS = ['svg', 'png', 'pdf'] as const
export type Form = (typeof FORMS)[number]

/** A drawing for white paper; `name` is that of its file, without an ending. */
export interface Drawing {
  readonly name: string
  readonly title: string
  readonly svg: string
}

/** Keeps drawings as files: one as itself, several as one zip. `fault` says why that could not be done. */
export function useKeep() {
  const fault = shallowRef<Fault>()
  const isKeeping = shallowRef(false)

  async function take(wanted: () => Promise<Reply<FileText>>): Promise<boolean> {
    isKeeping.value = true
    const reply = await wanted().finally(() => (isKeeping.value = false))
    fault.value = reply.ok ? undefined : reply.error
    if (reply.ok) saveKept(reply.value)
    return reply.ok
  }
  return {
    ...{ fault, isKeeping },
    /** False where the lab says why not. */
    keep: (form: Form, drawing: Drawing) => take(() => fileOf(form, drawing)),
    keepAll: (form: Form, name: string, drawings: readonly Drawing[]) => take(() => zipOf(form, name, drawings)),
  }
}

async function fileOf(form: Form, { name, title, svg }: Drawing): Promise<Reply<FileText>> {
  const file = `${name}.${form}`
  if (form === 'svg') return { ok: true, value: { file, text: svg, encoding: 'utf-8' } }
  const reply = form === 'pdf' ? await lab.call('charts.pdf', { svg, title }) : await pictureText(svg)
  return reply.ok ? { ok: true, value: { file, text: reply.value, encoding: 'base64' } } : reply
}

async function pictureText(svg: string): Promise<Reply<string>> {
  return { ok: true, value: await base64Of(await pictureOf(svg)) }
}

async function zipOf(form: Form, name: string, drawings: readonly Drawing[]): Promise<Reply<FileText>> {
  const files: FileText[] = []
  for (const drawing of drawings) {
    const reply = await fileOf(form, drawing)
    if (!reply.ok) return reply
    files.push(reply.value)
  }
  const reply = await lab.call('files.zip', { files })
  return reply.ok ? { ok: true, value: { file: `${name}.zip`, text: reply.value, encoding: 'base64' } } : reply
}
