import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { homeFolder } from '../../base/files.ts'
import type { Json } from '../../base/json.ts'
import { runCompress, type CompressOptions, type CompressOutcome } from '../../jobs/compress/run.ts'
import type { Progress } from '../../jobs/compress/progress.ts'
import { FORMATS, type Format, type PreparedCompression } from '../../jobs/compress/prepare.ts'
import { measureFolders } from '../../jobs/size/measure.ts'
import type { Call, Command, Flag, Result } from '../command.ts'
import { duration } from '../../base/text.ts'
import { bytes, showOutcome, showPlan } from '../compress-report.ts'
import { readings } from '../readings.ts'
import { printSizePanel } from '../size-panel.ts'

const RECIPE_FLAGS: readonly Flag[] = [
  {
    name: 'recipe',
    value: '<file>',
    about: 'the keys of a "compress" entry of a study, and calibration; flags win over it',
  },
  { name: 'method', value: '<name>', about: 'what is done; "lab methods" lists them', also: ['prune_method'] },
  { name: 'sparsity', value: '<share>', about: 'share of zeros, above 0 and below 1', also: ['sparsity_ratio'] },
  {
    name: 'pattern',
    value: '<keep:of>',
    about: 'so many KEPT of each group along the inputs, such as 2:4; in place of --sparsity',
  },
  { name: 'sparsity_type', value: '<type>', about: 'as wanda has it: unstructured, or N:M with N of each M REMOVED' },
  { name: 'bits', value: '<n>', about: 'bits of a weight, for methods that quantise', also: ['num_bits'] },
  { name: 'group', value: '<who>', about: 'who competes for staying: model, layer or row (default: as the method has it)' },
  {
    name: 'profile',
    value: '<name>',
    about: 'how the sparsity is spread over layers: uniform (default), or owl, by their outliers',
  },
  { name: 'param', value: '<name=value>', about: 'a parameter of the method; may be given several times', isMany: true },
  {
    name: 'include',
    value: '<names>',
    about: 'only matrices that fit: * for anything, or re:expression; several times',
    isMany: true,
  },
  { name: 'exclude', value: '<names>', about: 'no matrix that fits; may be given several times', isMany: true, also: ['ignore'] },
  { name: 'calibration', value: '<file>', about: 'text behind the statistics of a method; also measures how far outputs move' },
  { name: 'samples', value: '<n>', about: 'pieces of that text (default: 128)', also: ['nsamples', 'num_calibration_samples'] },
  {
    name: 'length',
    value: '<tokens>',
    about: 'tokens of each (default: what the model reads, up to 2048)',
    also: ['seqlen', 'max_seq_length'],
  },
  {
    name: 'seed',
    value: '<n>',
    about: 'seed of random methods, and of where pieces begin (default: one after another)',
  },
  { name: 'order', value: '<order>', about: 'blocks (default): each block by what the compressed ones hand on; or one-pass' },
]

export const compress: Command = {
  id: 'compress',
  words: '<model folder>',
  about:
    'Compress a model into a Hugging Face folder, and ONNX if asked.\n' +
    'Works layer by layer: Ctrl-C, or a kill, loses the layer in work; the same command goes on from there.\n' +
    'Never in place, never over a folder; read back and compared before it is called done.\n' +
    'Spellings of wanda and llm-compressor are taken too: --prune_method, --sparsity_ratio, --nsamples, --ignore …',
  flags: [
    { name: 'out', value: '<folder>', about: 'the folder to make (required)', also: ['save_model'] },
    ...RECIPE_FLAGS,
    { name: 'format', value: '<names>', about: 'hf (default), onnx, or both as hf,onnx' },
    {
      name: 'redo',
      value: '<layer>',
      about: 'do one layer of an unfinished --out again, by --param alone, and go on from there',
    },
    { name: 'provider', value: '<name>', about: 'what computes (default: cpu); "lab doctor" lists them' },
    { name: 'threads', value: '<n>', about: 'threads of one operation; 0 takes one per physical core (default)' },
    { name: 'batch-tokens', value: '<n>', about: 'tokens of one calibration batch at most (default: 4096)' },
    { name: 'no-size', about: 'leave out size and speed beside the uncompressed model at the end' },
  ],
  async run(call) {
    const began = performance.now()
    const { console } = call
    let last: Progress | undefined
    let model: Compared | undefined
    const outcome = await runCompress({
      ...optionsOf(call),
      onReading: readings(console),
      onPlan: (plan) => {
        model = plan.model
        showPlan(console, plan)
      },
      onEstimate: ({ seconds, peakBytes, parts }) => {
        const shares = Object.entries(parts).map(([part, s]) => `${part} ${duration(1000 * s)}`)
        console.note(`Estimate: ${duration(1000 * seconds)} (${shares.join(', ')}), ${bytes(peakBytes)} of memory.`)
      },
      onProgress: (progress) => {
        last = progress
        console.step({ ...progress, tokensPerSecond: null })
      },
    }).catch((error: unknown) => {
      if (!(error instanceof LabError) || error.code !== 'engine/stopped') throw error
      const far = last ? ` with ${last.done} of ${last.total - 1} layers kept` : ''
      throw new LabError('engine/stopped', `Stopped${far}.`, { cause: error })
    })
    console.settle()
    const result = tell(call, outcome, performance.now() - began)
    // a folder without safetensors cannot be opened as a model
    const isAsked = outcome.isNew && outcome.note.reopened !== null && !call.flags.has('no-size')
    return isAsked && model ? compareSize(call, model, outcome.folder, result) : result
  },
}

type Compared = Pick<PreparedCompression['model'], 'folder' | 'parameters'>

/** Weights of a model that is measured unasked: it is written twice as ONNX, and both are held in memory. */
const SMALL = 500_000_000

async function compareSize(
  { console, flags, home, signal }: Call,
  model: Compared,
  out: string,
  { json }: Result,
): Promise<Result> {
  if (model.parameters > SMALL) {
    console.print(`\nSize and speed side by side: lab size ${model.folder} ${out}`)
    return { json }
  }
  const size = await measureFolders({
    ...{ folders: [model.folder, out], signal, scratch: join(homeFolder(home), `size-${randomBytes(4).toString('hex')}`) },
    ...{ provider: flags.text('provider'), threads: flags.count('threads', 0) ?? 0 },
    onStep: (label, done, total) => console.step({ label, done, total, etaMs: null, tokensPerSecond: null }),
  })
  console.settle()
  console.print('')
  printSizePanel(console, size)
  return { json: { ...(json as object), size } }
}

function tell({ console }: Call, outcome: CompressOutcome, tookMs: number): Result {
  const { folder, isNew, note } = outcome
  console.print(isNew ? `Made in ${duration(tookMs)}:` : 'Made before, and left as it is:')
  console.print(`  ${folder}\n`)
  showOutcome(console, note)
  return { json: { folder, isNew, note } }
}

type Options = Omit<CompressOptions, 'onReading' | 'onPlan' | 'onEstimate' | 'onProgress'>

function optionsOf({ words, flags, folder, home, signal }: Call): Options {
  const out = flags.text('out')
  if (!out) throw new LabError('cli/usage', 'Expected --out <folder>, where the compressed model shall be, got nothing.')
  if (words.length > 1) throw new LabError('cli/usage', `Expected one model folder, got "${words.join(' ')}".`)
  const [threads, batchTokens] = [flags.count('threads', 0), flags.count('batch-tokens', 16)]
  const [model, recipe, provider, layer] = [words[0], flags.text('recipe'), flags.text('provider'), flags.text('redo')]
  const params = paramsOf(flags.all('param'))
  if (layer !== undefined) refuseRecipe(flags)
  else if (model === undefined) throw new LabError('cli/usage', 'Expected the folder of a model, got nothing.')
  return {
    ...{ home: homeFolder(home), signal, out: resolve(folder, out), formats: formatsOf(flags.text('format')) },
    ...(model !== undefined && { model: placeOf(folder, model) }),
    ...(recipe !== undefined && { recipe: resolve(folder, recipe) }),
    ...(provider !== undefined && { provider }),
    ...(threads !== undefined && { threads }),
    ...(batchTokens !== undefined && { batchTokens }),
    ...(layer === undefined ? { given: givenOf(flags, folder, params) } : { redo: { layer, params } }),
  }
}

/** What comes with the lab, such as lab:demo/model, lies wherever the lab does. */
function placeOf(folder: string, word: string): string {
  return word.startsWith('lab:') ? word : resolve(folder, word)
}

/** What is unfinished has its recipe already. */
function refuseRecipe(flags: Call['flags']): void {
  const given = RECIPE_FLAGS.find(({ name }) => name !== 'param' && flags.has(name))
  if (!given) return
  throw new LabError('cli/usage', `Expected no --${given.name} beside --redo: the recipe is that of what is unfinished in --out.`)
}

/** The flags in the keys of a recipe. */
function givenOf(flags: Call['flags'], folder: string, params: Record<string, Json>): Record<string, Json> {
  const number = (name: string) => (flags.text(name) === undefined ? {} : { [name]: numberOf(name, flags.text(name)!) })
  const text = (name: string) => (flags.text(name) === undefined ? {} : { [name]: flags.text(name)! })
  const list = (name: string) => (flags.all(name).length === 0 ? {} : { [name]: flags.all(name) })
  const file = flags.text('calibration')
  const calibration = {
    ...(file !== undefined && { text: placeOf(folder, file) }),
    ...number('samples'),
    ...number('length'),
    ...text('order'),
  }
  return {
    ...{
      ...text('method'),
      ...number('sparsity'),
      ...number('bits'),
      ...text('group'),
      ...text('profile'),
      ...text('sparsity_type'),
    },
    ...(flags.text('pattern') !== undefined && { pattern: patternOf(flags.text('pattern')!) }),
    ...(Object.keys(params).length > 0 && { params }),
    ...{ ...list('include'), ...list('exclude'), ...number('seed') },
    ...(Object.keys(calibration).length > 0 && { calibration }),
  }
}

function patternOf(word: string): Json {
  if (word === 'free') return word
  const found = /^(\d+):(\d+)$/.exec(word)
  if (found) return { keep: Number(found[1]), of: Number(found[2]) }
  throw new LabError('cli/usage', `Expected free or keep:of, such as 2:4, after --pattern, got "${word}".`)
}

function numberOf(name: string, word: string): number {
  const n = Number(word)
  if (word.trim() !== '' && Number.isFinite(n)) return n
  throw new LabError('cli/usage', `Expected a number after --${name}, got "${word}".`)
}

function paramsOf(words: readonly string[]): Record<string, Json> {
  const params: Record<string, Json> = {}
  for (const word of words) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? []
    if (name === undefined || value === undefined) {
      throw new LabError('cli/usage', `Expected name=value after --param, got "${word}".`)
    }
    params[name] = valueOf(value)
  }
  return params
}

/** A number, true, false or anything else of JSON; else the word as it stands. */
function valueOf(word: string): Json {
  try {
    return JSON.parse(word) as Json
  } catch {
    return word
  }
}

function formatsOf(word: string | undefined): Format[] {
  const names = word?.split(',').map((name) => name.trim()) ?? ['hf']
  return names.map((name) => {
    const found = FORMATS.find((format) => format === name)
    if (found) return found
    throw new LabError('cli/usage', `Expected ${FORMATS.join(', ')} or both after --format, got "${word}".`)
  })
}
