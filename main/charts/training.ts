/** Names of trainings without what all of them share; of a single one, items, steps and rate. */
export function shortTrainings(names: readonly string[]): Map<string, string> {
  const parts = [...new Set(names)].map((name) => ({ name, words: name.split(/, | (?=of )/) }))
  const isShared = (i: number) => parts.every(({ words }) => words[i] === parts[0]!.words[i])
  return new Map(
    parts.map(({ name, words }) => {
      const own = parts.length === 1 ? words.slice(0, 4) : words.filter((_, i) => !isShared(i))
      return [name, own.join(', ').replace(/, (?=of )/g, ' ')]
    }),
  )
}
