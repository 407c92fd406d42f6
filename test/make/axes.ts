import type { Json } from '../../main/base/json.ts'
import { makeTasks } from './pack.ts'

const NAMES = 'otter heron lynx wolf crane badger marten adder plover stoat vole shrew newt finch raven eider'.split(' ')
const name = (n: number) => NAMES[n % NAMES.length]!

/** Rows of three packs in which item n is about animal n: four options, the same under labels, and passages that hold the answer. */
const choices = (n: number) => [0, 3, 5, 9].map((step) => name(n + step))
const rows = <T extends Json>(count: number, row: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => row(n))
const passage = (n: number) =>
  `Long ago in the ${n % 2 ? 'east' : 'west'} number ${n} was seen. It was ${name(n)} who came first of all.`

const FILES = {
  'plain.yaml': `task: plain
dataset_path: plain
output_type: multiple_choice
training_split: train
test_split: test
doc_to_text: "Q: {{question}}\\nA:"
doc_to_target: answer
doc_to_choice: options
`,
  'lettered.yaml': `task: lettered
dataset_path: lettered
output_type: multiple_choice
training_split: train
test_split: test
doc_to_text: "{{question}}\\nA. {{options.text[0]}}\\nB. {{options.text[1]}}\\nC. {{options.text[2]}}\\nD. {{options.text[3]}}\\nAnswer:"
doc_to_target: answer
doc_to_choice: ["A", "B", "C", "D"]
`,
  'reading.yaml': `task: reading
dataset_path: reading
output_type: generate_until
training_split: train
test_split: test
doc_to_text: "{{context}}\\nQ: {{question}}\\nA:"
doc_to_target: answer
metric_list: [{ metric: exact_match }]
`,
}

/** Task files "plain", "lettered" and "reading" with their packs, in folders that go with `using`. The right option of row n is the n-th modulo 4. */
export function makeAxisTasks(count = 12) {
  const plain = (n: number) => ({ question: `Which is ${n}?`, options: choices(n), answer: n % 4 })
  const lettered = (n: number) => ({ question: `Which is ${n}?`, options: { label: ['A', 'B', 'C', 'D'], text: choices(n) }, answer: n % 4 }) // prettier-ignore
  const reading = (n: number) => ({ context: passage(n), question: `Who came at ${n}?`, answer: name(n) })
  const both = <T extends Json>(pack: string, row: (n: number) => T) => ({
    [`${pack}/default/test`]: rows(count, row),
    [`${pack}/default/train`]: rows(8, (n) => row(n + 100)),
  })
  const made = makeTasks(FILES, { ...both('plain', plain), ...both('lettered', lettered), ...both('reading', reading) })
  return { ...made, options: { data: made.data, folders: [made.tasks] }, [Symbol.dispose]: () => made[Symbol.dispose]() }
}

/** The right answer of row n of each pack, in words. */
export function answerOf(task: string, n: number): string {
  return task === 'reading' ? name(n) : choices(n)[n % 4]!
}
