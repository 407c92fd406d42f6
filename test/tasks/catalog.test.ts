import { describe, expect, it } from 'vitest'
import { findTasks, readCatalog } from '../../main/tasks/catalog.ts'
import { listTasks } from '../../main/tasks/index.ts'
import { makeTasks } from '../make/pack.ts'

const task = (name: string, more = '') => `task: ${name}\ndataset_path: quiz\n${more}`
const FILES = {
  'a/one.yaml': task('one', 'tag: [odd, all]\nnum_fewshot: 1\n'),
  'a/two.yaml': task('two', 'tag: all\n'),
  'b/three.yaml': task('three', 'tag: [odd, all]\n'),
  'b/inner.yaml': 'group: inner\ntask: [three, {task: one, num_fewshot: 5}]\nnum_fewshot: 2\n',
  'b/marked.yaml': 'group: marked\ntask: [odd]\n',
  'b/outer.yaml': 'group: outer\ntask: [two, inner, {group: anonymous, task: [three]}]\n',
}

describe('a name stands for tasks', () => {
  using made = makeTasks(FILES)
  const catalog = readCatalog(made.folders)
  const found = (spec: string) =>
    findTasks(spec, catalog).map(({ file, group }) => [file.config.task, group, file.config.num_fewshot])

  it('a task for itself', () => expect(found('one')).toEqual([['one', undefined, 1]]))

  it('a group for its tasks in its order, with what it says of them; the innermost group is the one they are in', () => {
    expect(found('inner')).toEqual([
      ['three', 'inner', 2],
      ['one', 'inner', 5],
    ])
    expect(found('outer').map(([name, group]) => [name, group])).toEqual([
      ['two', 'outer'],
      ['three', 'inner'],
      ['one', 'inner'],
      ['three', 'anonymous'],
    ])
  })

  it('a tag for all that carry it, by name; in a group they are in the group', () => {
    expect(found('odd').map(([name, group]) => [name, group])).toEqual([
      ['one', 'odd'],
      ['three', 'odd'],
    ])
    expect(found('marked').map(([name, group]) => [name, group])).toEqual([
      ['one', 'marked'],
      ['three', 'marked'],
    ])
  })

  it('a pattern for what it matches, each task once', () => {
    expect(found('t*').map(([name]) => name)).toEqual(['three', 'two'])
    expect(found('[!t]*').map(([name]) => name)).toEqual(['one', 'three', 'two'])
    expect(found('?wo').map(([name]) => name)).toEqual(['two'])
  })

  it('and where it stands for nothing, the nearest name is offered', () => {
    expect(() => found('outr')).toThrow(expect.objectContaining({ code: 'task/unknown' }))
    expect(() => found('outr')).toThrow('got "outr" (did you mean "outer"?)')
    expect(() => found('x*')).toThrow(expect.objectContaining({ code: 'task/unknown' }))
    expect(() => found('[')).toThrow(expect.objectContaining({ code: 'task/unknown' }))
  })
})

describe('a path of a file', () => {
  it('stands for the task in it, whatever else has that name; a group finds its neighbours', () => {
    using made = makeTasks({ ...FILES, 'one.yaml': task('one', 'num_fewshot: 9\n') })
    const nothing = readCatalog([])
    expect(findTasks(made.file('one.yaml'), nothing)[0]!.file.config.num_fewshot).toBe(9)
    expect(findTasks(made.file('b/outer.yaml'), readCatalog([`${made.tasks}/a`])).map(({ file }) => file.config.task)).toContain(
      'two',
    )
    expect(() => findTasks(made.file('b/inner.yaml'), nothing)).toThrow(
      'Expected a task, group or tag in the group "inner", got "one"',
    )
    expect(() => findTasks(made.file('none.yaml'), nothing)).toThrow(expect.objectContaining({ code: 'file/missing' }))
  })
})

describe('a folder of task files', () => {
  it('is hidden name by name by a later folder', () => {
    using first = makeTasks(FILES)
    using later = makeTasks({ 'x.yaml': task('one', 'num_fewshot: 7\n') })
    const catalog = readCatalog([first.tasks, later.tasks])
    expect(findTasks('one', catalog)[0]!.file.config.num_fewshot).toBe(7)
    expect(findTasks('two', catalog)).toHaveLength(1)
  })

  it('may hold broken files and files that are no tasks: they are named only when something is not found', () => {
    using made = makeTasks({ ...FILES, 'broken.yaml': 'task: [\n', 'none.yaml': 'a: 1\n', '.hidden/x.yaml': 'task: [\n' })
    const catalog = readCatalog(made.folders)
    expect(catalog.broken).toHaveLength(2)
    expect(findTasks('one', catalog)).toHaveLength(1)
    expect(() => findTasks('missing', catalog)).toThrow(/2 task files could not be read, the first: .*broken\.yaml:2/)
  })

  it('must be there', () => {
    expect(() => readCatalog(['/nowhere/at/all'])).toThrow(expect.objectContaining({ code: 'file/missing' }))
  })

  it('whose groups contain each other is refused', () => {
    using made = makeTasks({ 'a.yaml': 'group: a\ntask: [b]\n', 'b.yaml': 'group: b\ntask: [a]\n' })
    expect(() => findTasks('a', readCatalog(made.folders))).toThrow('a → b → a')
  })
})

describe('the task files that come with the lab', () => {
  it('hold all of BLiMP, MMLU and the sets there are packs for', () => {
    const names = listTasks().map(({ name }) => name)
    expect(names.filter((name) => name.startsWith('blimp_'))).toHaveLength(67)
    expect(names).toEqual(
      expect.arrayContaining(['blimp', 'mmlu', 'glue', 'ai2_arc', 'arc_easy', 'piqa', 'wikitext2_windows_2048']),
    )
    expect(names).toEqual([...names].sort())
  })
})
