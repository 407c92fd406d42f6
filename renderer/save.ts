import type { FileText } from '../preload/contract.ts'

/** Lets the reader keep a text or picture as a file. */
export function saveFile(name: string, content: string | Blob, type = 'text/plain;charset=utf-8'): void {
  const address = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** A data address, such as a picture of a canvas, as a file to keep. */
export function saveAddress(name: string, address: string): void {
  const [head, body] = address.split(',', 2) as [string, string]
  const bytes = Uint8Array.from(atob(body), (c) => c.charCodeAt(0))
  saveFile(name, new Blob([bytes], { type: /^data:([^;]+)/.exec(head)?.[1] ?? 'application/octet-stream' }))
}

/** What the lab gave, as a file to keep. */
export function saveKept({ file, text, encoding }: FileText): void {
  if (encoding === 'utf-8') saveFile(file, text)
  else saveAddress(file, `data:application/octet-stream;base64,${text}`)
}

export async function base64Of(blob: Blob): Promise<string> {
  const reader = new FileReader()
  const read = new Promise<string>((done, fail) => {
    reader.onload = () => done(reader.result as string)
    reader.onerror = () => fail(reader.error ?? new Error('no bytes'))
  })
  reader.readAsDataURL(blob)
  return (await read).split(',', 2)[1]!
}

/** Rows as CSV (RFC 4180). */
export function csvOf(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown) => {
    const text = value === null || value === undefined ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}
