import { LabError } from '../../base/errors.ts'

/** Keys as another tool's recipe has them, in our own words, and what one should know of the difference. */
export interface Translated {
  readonly raw: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}

type Parts = { compress: Record<string, unknown>; params: Record<string, unknown>; calibration: Record<string, unknown> }
type Rule = (value: unknown, parts: Parts, all: Readonly<Record<string, unknown>>) => string | undefined

const toCompress =
  (key: string): Rule =>
  (value, { compress }) =>
    void (compress[key] = value)
const toParams =
  (key: string): Rule =>
  (value, { params }) =>
    void (params[key] = value)
const toCalibration =
  (key: string): Rule =>
  (value, { calibration }) =>
    void (calibration[key] = value)

/** By key: wanda's flags and llm-compressor's recipe keys (interfaces.md 3.1). */
const RULES: Readonly<Record<string, Rule>> = {
  prune_method: toCompress('method'),
  sparsity_ratio: toCompress('sparsity'),
  sparsity_type: readStructure,
  mask_structure: readStructure,
  nsamples: toCalibration('samples'),
  num_calibration_samples: toCalibration('samples'),
  seqlen: toCalibration('length'),
  max_seq_length: toCalibration('length'),
  block_size: toParams('blockSize'),
  dampening_frac: toParams('damping'),
  num_bits: toCompress('bits'),
  symmetric: toParams('symmetric'),
  group_size: (value, { params }) => void (value !== -1 && (params.groupSize = value)),
  strategy: (value, parts, all) => {
    if (value === 'channel') return undefined
    if (value === 'tensor') return void (parts.params.per = 'tensor')
    if (value === 'group') return void (all.group_size === undefined && (parts.params.groupSize = 128))
    return refuse('strategy', 'group, channel or tensor', value)
  },
  actorder: (value, { params }) => {
    if (value === null || value === false) return undefined
    if (!['static', 'weight', 'group', 'dynamic', true].includes(value as string | boolean)) {
      return refuse('actorder', 'static, weight, group or dynamic', value)
    }
    params.actOrder = true
    if (value === 'static' || value === 'weight') params.staticGroups = true
    return undefined
  },
  scheme: (value, { compress, params }) => {
    const found = /^W([2-8])A16(_ASYM)?$/.exec(String(value))
    if (!found) return refuse('scheme', 'W<bits>A16 or W<bits>A16_ASYM', value)
    compress.bits = Number(found[1])
    params.symmetric = found[2] === undefined
    // what llm-compressor's presets say: groups of 128 at 4 bits, rows at 8
    if (found[1] !== '8') params.groupSize = 128
    return undefined
  },
  sparsity_profile: readProfile,
  owl_m: besideOwl('owl_m'),
  owl_lmbda: besideOwl('owl_lmbda'),
  targets: (value, { compress }) => {
    const names = [value].flat().filter((name) => name !== 'Linear')
    if (names.length > 0) compress.include = names
    return undefined
  },
  ignore: toCompress('exclude'),
}

/** A recipe with the keys of other tools put into ours. A thing said in both is refused: LabError('compress/recipe'). */
export function translate(raw: Readonly<Record<string, unknown>>): Translated {
  const parts: Parts = { compress: {}, params: {}, calibration: {} }
  const own: Record<string, unknown> = {}
  const notes: string[] = []
  for (const [key, value] of Object.entries(raw)) {
    const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined
    if (!rule) own[key] = value
    else notes.push(...[rule(value, parts, raw) ?? []].flat())
  }
  dropImpliedSparsity(parts.compress, own)
  return {
    raw: {
      ...together(own, parts.compress),
      ...inside('params', own.params, parts.params),
      ...inside('calibration', own.calibration, parts.calibration),
    },
    notes,
  }
}

/** OWL as llm-compressor has it, in the published spread over layers. */
function readProfile(value: unknown, { compress }: Parts, all: Readonly<Record<string, unknown>>): string | undefined {
  if (value === null || value === 'uniform') return undefined
  if (value !== 'owl') return refuse('sparsity_profile', 'owl or uniform', value)
  const { owl_m: m, owl_lmbda: lambda } = all
  compress.profile = { kind: 'owl', ...(m !== undefined && { m }), ...(lambda !== undefined && { lambda }), spread: 'published' }
  return 'owl as that tool means it: layers span 2 · lambda about their plain mean; without spread, "profile: owl" keeps to lambda and to the sparsity.'
}

function besideOwl(key: string): Rule {
  return (value, _, { sparsity_profile: profile }) =>
    profile === 'owl' ? undefined : refuse(key, 'nothing without sparsity_profile: owl', value)
}

/** "2:4" as wanda and llm-compressor mean it: so many of each group are REMOVED (the label trap of paper.md 4.4). */
function readStructure(value: unknown, { compress }: Parts): string | undefined {
  if (value === 'unstructured' || value === '0:0') return undefined
  const found = /^(\d+):(\d+)$/.exec(String(value))
  const [gone, of] = [Number(found?.[1]), Number(found?.[2])]
  if (!found || gone < 1 || gone >= of) return refuse('sparsity_type', 'unstructured or N:M with N below M', value)
  compress.pattern = { keep: of - gone, of }
  return `${gone}:${of} as that tool means it: ${gone} of each ${of} weights are removed, ${of - gone} are kept.`
}

/** Wanda asks for a ratio beside a pattern, which says it already. */
function dropImpliedSparsity(compress: Record<string, unknown>, own: Record<string, unknown>): void {
  const { pattern } = compress as { pattern?: { keep: number; of: number } }
  if (!pattern) return
  for (const place of [compress, own]) {
    if (place.sparsity === undefined) continue
    const implied = 1 - pattern.keep / pattern.of
    if (place.sparsity !== implied) refuse('sparsity', `${implied} beside keep ${pattern.keep} of ${pattern.of}`, place.sparsity)
    delete place.sparsity
  }
}

function inside(key: string, own: unknown, more: Record<string, unknown>): Record<string, unknown> {
  if (Object.keys(more).length === 0) return own === undefined ? {} : { [key]: own }
  return { [key]: together((own ?? {}) as Record<string, unknown>, more) }
}

function together(own: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  const twice = Object.keys(more).find((key) => own[key] !== undefined)
  if (twice !== undefined)
    refuse(twice, 'one word for one thing', `${JSON.stringify(own[twice])} and ${JSON.stringify(more[twice])}`)
  return { ...own, ...more }
}

function refuse(key: string, wanted: string, came: unknown): never {
  const shown = typeof came === 'string' ? came : JSON.stringify(came)
  throw new LabError('compress/recipe', `Expected ${wanted} for ${key}, got ${shown} (${typeof came}).`)
}
