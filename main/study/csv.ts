import { LabError } from '../base/errors.ts'

/** Rows of a CSV file (RFC 4180: commas, optional quotes, first line names the columns) as records. Throws LabError('study/field') naming the line. */
export function readCsv(text: string, path: string): Record<string, string>[] {
  const [head, ...rows] = records(text.replace(/^\uFEFF/, ''), path)
  if (!head) throw new LabError('study/field', `Expected a first line with column names in ${path}, got an empty file.`)
  return rows.map(({ fields, line }) => {
    if (fields.length === head.fields.length) return Object.fromEntries(head.fields.map((name, i) => [name, fields[i]!]))
    throw new LabError('study/field', `Expected ${head.fields.length} fields at ${path}:${line}, got ${fields.length}.`)
  })
}

function records(text: string, path: string): { fields: string[]; line: number }[] {
  const found: { fields: string[]; line: number }[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  let line = 1
  for (let fields: string[] = [], begin = line; field.lastIndex < text.length || fields.length > 0;) {
    const at = field.lastIndex
    const match = field.exec(text)
    if (!match) throw new LabError('study/field', `Expected a field with its quotes closed at ${path}:${line}.`)
    const [all, quoted, plain, end] = match
    fields.push(quoted?.replaceAll('""', '"') ?? plain!)
    line += all.split('\n').length - 1
    if (end !== ',') {
      found.push({ fields, line: begin })
      fields = []
      begin = line
    }
    if (field.lastIndex === at) break // the empty match at the very end
  }
  return found
}
