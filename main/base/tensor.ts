/** Element types that live in memory. float16 and bfloat16 exist on disk only: they are widened when read, which is exact. */
export interface TensorData {
  float32: Float32Array
  /** For products whose rounding matters; weights never are. */
  float64: Float64Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  /** One byte per element, 0 or 1. */
  bool: Uint8Array
}
export type ElementType = keyof TensorData

/** Dimensions and row-major data; `data.length` is the product of `dims` (1 for a scalar). */
export type Tensor = {
  [E in ElementType]: { readonly type: E; readonly dims: readonly number[]; readonly data: TensorData[E] }
}[ElementType]

/** A tensor of 32-bit floats: what weights are in memory. */
export type FloatTensor = Extract<Tensor, { type: 'float32' }>

export function float32(dims: readonly number[], data: Float32Array): FloatTensor {
  return { type: 'float32', dims, data }
}
export function float64(dims: readonly number[], data: Float64Array): Extract<Tensor, { type: 'float64' }> {
  return { type: 'float64', dims, data }
}
export function int32(dims: readonly number[], data: Int32Array): Extract<Tensor, { type: 'int32' }> {
  return { type: 'int32', dims, data }
}
export function int64(dims: readonly number[], data: BigInt64Array): Extract<Tensor, { type: 'int64' }> {
  return { type: 'int64', dims, data }
}

/** Gives back at once the memory of numbers that nobody reads any more: the collector may leave gigabytes lying about. They are gone then. */
export function freeBuffer(buffer: ArrayBufferLike): void {
  // since Node 21; before, the collector has to do
  if (buffer instanceof ArrayBuffer && 'transfer' in buffer) buffer.transfer(0)
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}

/** bfloat16 bits to float32: the upper half of the same number, exact. */
export function fromBfloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const wide = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16
  return new Float32Array(wide.buffer)
}

/** IEEE float16 bits to float32, exact, subnormals included. */
export function fromFloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(new Float16Array(bits.buffer, bits.byteOffset, bits.length))
}

/** float32 to the nearest bfloat16 bits, ties to even; NaN stays NaN. */
export function toBfloat16(data: Float32Array): Uint16Array<ArrayBuffer> {
  const wide = new Uint32Array(data.buffer, data.byteOffset, data.length)
  const bits = new Uint16Array(data.length)
  for (let i = 0; i < bits.length; i++) {
    const w = wide[i]!
    bits[i] = Number.isNaN(data[i]) ? 0x7fc0 : (w + 0x7fff + ((w >>> 16) & 1)) >>> 16
  }
  return bits
}

/** float32 to the nearest IEEE float16 bits, ties to even; what is too large becomes infinity. */
export function toFloat16(data: Float32Array): Uint16Array<ArrayBuffer> {
  return new Uint16Array(new Float16Array(data).buffer)
}
