import type { TensorRow } from '../../preload/contract.ts'

/** Weights by the dots of their names: what has but one branch is written in one. */
export interface TreeNode {
  readonly name: string
  /** Whole name up to here. */
  readonly path: string
  readonly tensor: TensorRow | undefined
  readonly children: readonly TreeNode[]
  /** Weights at and below it, numbers in all. */
  readonly weights: number
  readonly numbers: number
}

export function treeOf(tensors: readonly TensorRow[]): TreeNode[] {
  return level(tensors.map((tensor) => ({ tensor, words: tensor.name.split('.') })), '') // prettier-ignore
}

interface Named {
  readonly tensor: TensorRow
  readonly words: readonly string[]
}

function level(all: readonly Named[], above: string): TreeNode[] {
  const groups = new Map<string, Named[]>()
  for (const { tensor, words } of all) {
    const [first, ...rest] = words
    groups.set(first!, [...(groups.get(first!) ?? []), { tensor, words: rest }])
  }
  return [...groups].map(([name, members]) => nodeOf(name, above === '' ? name : `${above}.${name}`, members))
}

function nodeOf(name: string, path: string, members: readonly Named[]): TreeNode {
  const own = members.find(({ words }) => words.length === 0)?.tensor
  const children = level(members.filter(({ words }) => words.length > 0), path) // prettier-ignore
  const [only] = children
  if (!own && children.length === 1 && only) return { ...only, name: `${name}.${only.name}` }
  const numbers = members.reduce((sum, { tensor }) => sum + tensor.dims.reduce((n, d) => n * d, 1), 0)
  return { name, path, tensor: own, children, weights: members.length, numbers }
}
