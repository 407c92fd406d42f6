import type { Command } from '../command.ts'
import { columns } from '../console.ts'

export const methods: Command = {
  id: 'methods',
  words: '',
  about: 'The compression methods: sources, and what each compares within.',
  flags: [],
  async run({ console, ask }) {
    const rows = await ask('methods.list', null)
    const lines = rows.map(({ id, label, cite, group, needs }) => [id, label, group, needs.join(', ') || '–', cite])
    console.print(columns([['method', 'label', 'compares within', 'needs', 'source'], ...lines]))
    console.print(
      '\nGroups: model, layer, row. Patterns: free, or { keep: N, of: M }, which keeps N of each M weights along the inputs.',
    )
    return { json: rows }
  },
}
