import type { z } from 'zod'
import type { FaultCode } from '../base/errors.ts'
import { methods } from '../compress/index.ts'
import { groupOf, needsOf, plainOf, type Method, type PlainMethod } from '../compress/method.ts'
import { profileProblem, type Profile } from '../compress/profile.ts'
import type { studyFile } from './schema.ts'

type StudyFile = z.output<typeof studyFile>
type Entry = StudyFile['compress'][number]
type Path = readonly PropertyKey[]

/** What is wrong with a study file, and where. */
export interface Problem {
  readonly code: FaultCode
  readonly message: string
  readonly path: Path
}

/** An entry of `compress` with the method behind it. */
interface Known {
  readonly entry: Entry
  readonly method: Method
  /** The method itself, or what a noise is like; with its parameters. */
  readonly plain: PlainMethod
  readonly params: unknown
  readonly file: StudyFile
}

/**
 * What the schema cannot say of an entry of `compress`: parameters that its method knows, what the method can do with what is asked of it,
 * and whether what it needs is there. `say` puts an issue of zod into words.
 */
export function checkCompression(
  entry: Entry,
  file: StudyFile,
  say: (issue: z.core.$ZodIssue, root: unknown) => Problem,
): Problem | undefined {
  const method = methods.find(({ id }) => id === entry.method)!
  if (entry.params?.bits !== undefined)
    return problem('study/field', `Expected bits of ${method.id} beside its params, not in them`, 'params', 'bits')
  const wrong = checkBits(entry, method)
  if (wrong) return wrong
  const given = { ...entry.params, ...(entry.bits !== undefined && { bits: [entry.bits].flat()[0] }) }
  const parsed = method.params.safeParse(given)
  if (!parsed.success) {
    const { message, path } = say(parsed.error.issues[0]!, given)
    return problem('study/field', `${message} (parameter of ${method.id})`, 'params', ...path)
  }
  const { method: plain, params } = plainOf(method, parsed.data)
  const known: Known = { entry, method, plain, params, file }
  return (
    checkStats(known, needsOf(method, parsed.data)) ??
    (known.plain.kind === 'code' ? checkCode(known) : (checkAmount(known) ?? checkGroup(known) ?? checkProfile(known)))
  )
}

/** Only what quantises has bits. */
function checkBits({ bits }: Entry, { kind, id }: Method): Problem | undefined {
  if (kind === 'code' && bits === undefined) {
    return problem('study/field', `Expected bits (2 to 8, or 16) for ${id}, which quantises, got none`)
  }
  if (kind === 'score' || kind === 'solve') {
    if (bits !== undefined) return problem('study/field', `Expected no bits for ${id}, which removes weights and quantises none`, 'bits') // prettier-ignore
  }
  return undefined
}

function checkStats({ entry, method, file }: Known, needs: readonly string[]): Problem | undefined {
  const asked = [...needs, ...(profileOf(entry) && !needs.includes('inputNorm') ? ['inputNorm'] : [])]
  // a rounding to 16 bits does without, but the ladder that it stands on does not
  const own = method.kind === 'noise' ? asked : [...new Set([...asked, ...method.needs])]
  if (own.length > 0 && !file.calibration) {
    return problem(
      'compress/stats',
      `Expected calibration in the study for ${method.id}, which needs ${own.join(' and ')}, got none`,
    )
  }
  if (method.kind === 'noise' && file.transfer) {
    return problem(
      'study/field',
      `Expected no ${method.id} in a study with training: it removes nothing that training could bring back`,
    )
  }
  return undefined
}

function checkCode({ entry, method, file }: Known): Problem | undefined {
  const { id } = method
  const { sparsity, pattern, group, seeds, profile } = entry
  const isSparse = sparsity !== undefined || pattern !== undefined || group !== undefined || profile !== undefined
  if (isSparse || (seeds !== undefined && method.kind !== 'noise')) {
    return problem(
      'study/field',
      `Expected no sparsity, pattern, group, profile or seeds for ${id}: it quantises and removes nothing`,
    )
  }
  if (file.transfer)
    return problem('study/field', `Expected no ${id} in a study with training: trained on, its weights would leave their grid`)
  return undefined
}

/** A sparsity or a keep-of pattern, but not both, that the method can do. */
function checkAmount({ entry, method, plain, params }: Known): Problem | undefined {
  const { sparsity, pattern = 'free', bits } = entry
  if (bits !== undefined)
    return problem('study/field', `Expected no bits for ${method.id} like ${plain.id}, which quantises nothing`, 'bits')
  if (pattern === 'free') {
    if (sparsity !== undefined) return undefined
    return problem('compress/quota', 'Expected sparsity (0 up to 1) or a keep-of pattern, got neither')
  }
  const tooMany = [pattern.keep].flat().find((keep) => keep > pattern.of)
  if (tooMany !== undefined) {
    const wrong = `Expected keep from 1 to ${pattern.of} in a pattern of ${pattern.of}, got ${tooMany} (number)`
    return problem('compress/pattern', wrong, 'pattern', 'keep')
  }
  if (sparsity !== undefined) {
    return problem('compress/pattern', 'Expected no sparsity beside a keep-of pattern, which says it already (1 − keep/of)', 'sparsity') // prettier-ignore
  }
  const keep = [pattern.keep].flat()[0]!
  const quota = { group: 'row', sparsity: 1 - keep / pattern.of, pattern: { keep, of: pattern.of } } as const
  const cannot = plain.kind === 'solve' ? plain.problem?.(quota, params) : undefined
  return cannot && problem('compress/pattern', `Expected ${cannot.wanted} for ${method.id}, got ${cannot.came}`, 'pattern')
}

/** Who can compete with whom. */
function checkGroup({ entry, method, plain, file }: Known): Problem | undefined {
  const { group, pattern = 'free' } = entry
  if (group === undefined || pattern !== 'free') return undefined
  if (plain.kind === 'solve' && !plain.groups.includes(group)) {
    return problem(
      'compress/quota',
      `Expected a group of ${plain.groups.join(', ')} for ${method.id}, got "${group}" (string)`,
      'group',
    )
  }
  if (group === 'model' && plain.needs.length > 0 && file.calibration!.order === 'blocks') {
    return problem('compress/quota', 'Expected calibration in the order one-pass where all matrices compete, got blocks', 'group')
  }
  return undefined
}

/** What is spread over layers is a free sparsity of each layer, and stays one. */
function checkProfile({ entry }: Known): Problem | undefined {
  const profile = profileOf(entry)
  if (!profile) return undefined
  const { group, pattern = 'free', sparsity = [] } = entry
  if (group === 'model') return problem('compress/quota', 'Expected a group of layer, row beside a profile, got "model" (string)', 'group') // prettier-ignore
  if (pattern !== 'free') return problem('compress/pattern', 'Expected no keep-of pattern beside a profile: all of its groups lose as many', 'pattern') // prettier-ignore
  const wrong = [sparsity].flat().flatMap((level) => (level === 0 ? [] : (profileProblem(profile, level) ?? [])))[0]
  return wrong === undefined ? undefined : problem('compress/quota', wrong, 'sparsity')
}

/** The profile of an entry; undefined where all layers are asked for the same. */
export function profileOf({ profile }: Entry): Profile | undefined {
  return profile === 'uniform' ? undefined : profile
}

/** What a method compares within in this entry. */
export function groupIn(entry: Entry, plain: PlainMethod): string {
  if (entry.group !== undefined) return entry.group
  const group = groupOf(plain)
  return group === 'model' && profileOf(entry) ? 'layer' : group
}

function problem(code: FaultCode, message: string, ...path: Path): Problem {
  return { code, message, path }
}
