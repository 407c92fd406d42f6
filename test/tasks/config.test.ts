import { describe, expect, it } from 'vitest'
import { LabError } from '../../main/base/errors.ts'
import { parseConfig } from '../../main/tasks/config.ts'
import { readTaskFile } from '../../main/tasks/yaml.ts'
import { makeTasks } from '../make/pack.ts'

const HEAD = 'task: a\ndataset_path: quiz\n'

function parse(lines: string) {
  using made = makeTasks({ 'x/a.yaml': HEAD + lines })
  return parseConfig(readTaskFile(made.file('x/a.yaml')))
}

function fault(lines: string): LabError {
  try {
    parse(lines)
  } catch (error) {
    if (error instanceof LabError) return error
    throw error
  }
  throw new Error('Expected an error.')
}

describe('keys of a task file', () => {
  it('have the defaults of lm-evaluation-harness', () => {
    expect(parse('')).toMatchObject({
      ...{ doc_to_text: '', description: '', target_delimiter: ' ', fewshot_delimiter: '\n\n', output_type: 'generate_until' },
      ...{ repeats: 1, fewshot_config: { sampler: 'default' } },
    })
  })

  it('may be null, which is as good as left out, also inside', () => {
    expect(
      parse('test_split: null\nfewshot_config:\n  split: null\n  sampler: first_n\ngeneration_kwargs: {until: null}\n'),
    ).toMatchObject({
      ...{ fewshot_config: { sampler: 'first_n' }, generation_kwargs: {} },
    })
  })

  it('take a dict of choices for its values, and one stop for a list of one', () => {
    const { doc_to_choice, generation_kwargs } = parse(
      'doc_to_choice: {a: first, b: second}\ngeneration_kwargs: {until: "\\n"}\n',
    )
    expect([doc_to_choice, generation_kwargs.until]).toEqual([['first', 'second'], ['\n']])
  })
})

describe('a key that is wrong is named with file and line', () => {
  it.each([
    [
      'doc_to_txt: a\n',
      'task/yaml',
      /a\.yaml:3: Expected a key of a task file, got "doc_to_txt" \(did you mean "doc_to_text"\?\)/,
    ],
    ['fewshot_config:\n  splt: dev\n', 'task/yaml', /a\.yaml:3: .* got "splt" \(did you mean "split"\?\)/],
    ['output_type: multiple\n', 'task/yaml', /a\.yaml:3: .* for "output_type", got "multiple" \(string\)/],
    ['num_fewshot: many\n', 'task/yaml', /a\.yaml:3: .* for "num_fewshot", got "many" \(string\)/],
    ['num_fewshot: -1\n', 'task/yaml', /a\.yaml:3: .* for "num_fewshot", got -1 \(number\)/],
    ['repeats: 5\n', 'task/yaml', /a\.yaml:3: Expected 1 repeat/],
    ['generation_kwargs: {do_sample: true}\n', 'task/yaml', /a\.yaml:3: Expected greedy decoding/],
    ['generation_kwargs: {temperature: 0.7}\n', 'task/yaml', /a\.yaml:3: Expected greedy decoding/],
    ['dataset_kwargs: {data_files: x.json}\n', 'task/yaml', /a\.yaml:3: Expected a pack named by dataset_path/],
    ['use_prompt: promptsource:x\n', 'task/yaml', /a\.yaml:3: Expected a task without "use_prompt"/],
    [
      'filter_list:\n  - name: strict\n    filter:\n      - function: regex\n',
      'task/yaml',
      /a\.yaml:3: Expected only the filter "take_first", got "regex"/,
    ],
    [
      'process_docs: !function utils.process\n',
      'task/transform',
      /a\.yaml:3: Expected no "process_docs", got the Python function "utils\.process"/,
    ],
  ])('%j', (lines, code, message) => {
    expect(fault(lines)).toMatchObject({ code })
    expect(fault(lines).message).toMatch(message)
  })

  it('and one that is missing is named with the file', () => {
    using made = makeTasks({ 'a.yaml': 'task: a\n' })
    expect(() => parseConfig(readTaskFile(made.file('a.yaml')))).toThrow(/a\.yaml: Expected a key "dataset_path", found none/)
  })
})
