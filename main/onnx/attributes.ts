import type { Attribute, OpNode } from './graph.ts'

export const int = (value: number): Attribute => ({ kind: 'int', value })
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value })
export const float = (value: number): Attribute => ({ kind: 'float', value })
export const text = (value: string): Attribute => ({ kind: 'string', value })

/** An int or float attribute of a node, or what ONNX takes where it is absent. */
export function numberOf(node: OpNode, name: string, otherwise: number): number {
  const attribute = node.attributes[name]
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise
}

export function listOf(node: OpNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'ints' ? attribute.value : undefined
}

export function textOf(node: OpNode, name: string, otherwise: string): string {
  const attribute = node.attributes[name]
  return attribute?.kind === 'string' ? attribute.value : otherwise
}
