import type { LevelRow } from '../../preload/contract.ts'
import { levelLabel, withoutBits } from '../../main/charts/amount.ts'

type Level = Pick<LevelRow, 'level' | 'label' | 'method' | 'pattern' | 'sparsity' | 'transfer'>

/** Levels in the words of the results, by `level`: "magnitude 50 % → sparse", with what sets them apart where that fits several. */
export function levelWords(levels: readonly Level[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const [name, alike] of Map.groupBy(levels, nameOf)) {
    const labels = alike.map(({ label }) => partsOf(label))
    for (const [i, { level }] of alike.entries()) {
      const own = labels[i]!.filter((part) => !labels.every((parts) => parts.includes(part)))
      names.set(level, [name, ...own].join(', '))
    }
  }
  return names
}

function nameOf({ transfer, ...level }: Level): string {
  const name = level.method === 'dense' ? 'dense' : `${withoutBits(level.method)} ${levelLabel(level)}`
  return transfer === 'none' ? name : `${name} → ${transfer}`
}

/** Words of the compression one by one, those of the training as they belong together: "magnitude", "0.5", "sparse", "200 steps". */
function partsOf(label: string): string[] {
  const [compression, ...training] = label.split(/ · |, /)
  return [...compression!.split(/ (?!\d+$)/), ...training]
}
