// The door of hyparquet-writer.
import { parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'

type Kind = 'text' | 'int' | 'float' | 'double' | 'boolean'

/** A column of a table: `list` has a list in each row, `optional` may have null. */
export interface Column {
  readonly name: string
  readonly kind: Kind
  readonly isList?: boolean
  readonly isOptional?: boolean
  readonly data: readonly unknown[]
}

const TYPES: Readonly<Record<Kind, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT32' },
  float: { type: 'FLOAT' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
}

/** A table as Parquet (snappy): the same columns as the same bytes. `about` goes into the metadata of the file, by key. */
export function writeParquet(columns: readonly Column[], about: Readonly<Record<string, string>> = {}): Uint8Array {
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }, ...columns.flatMap(elementsOf)]
  const buffer = parquetWriteBuffer({
    // a dictionary would take minus zero for zero
    columnData: columns.map(({ name, kind, data }) => ({ name, data: [...data], ...(isReal(kind) && { encoding: 'PLAIN' as const }) })), // prettier-ignore
    schema,
    kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
    createdBy: 'Junk DNA Lab',
    rowGroupSize: 100_000,
  })
  return new Uint8Array(buffer)
}

function elementsOf({ name, kind, isList, isOptional }: Column): SchemaElement[] {
  if (!isList) return [{ name, ...TYPES[kind], repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED' }]
  return [
    { name, repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', ...TYPES[kind], repetition_type: 'REQUIRED' },
  ]
}

const isReal = (kind: Kind) => kind === 'float' || kind === 'double'

/** Rows that the footer of a Parquet file promises. */
export function rowsOf(file: Uint8Array): number {
  return Number(parquetMetadata(bufferOf(file)).num_rows)
}

/** Every row, by the names of its columns. */
export async function readParquet(file: Uint8Array): Promise<Record<string, unknown>[]> {
  return await parquetReadObjects({ file: bufferOf(file) })
}

function bufferOf(file: Uint8Array): ArrayBuffer {
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer
}
