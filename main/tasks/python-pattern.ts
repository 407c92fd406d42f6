import { LabError } from '../base/errors.ts'
import { SPACE } from './python.ts'

const WORD = '\\p{L}\\p{N}_'
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: WORD,
  s: SPACE,
}

/** re.sub(pattern, to, text, count) for the part of Python's patterns that means the same here; LabError 'task/template' for the rest. Count 0 replaces all. */
export function replacePattern(text: string, pattern: string, to: string, count: number): string {
  const found = compile(pattern)
  const parts = replacement(to)
  let done = 0
  return text.replace(found, (...match: unknown[]) => {
    if (count > 0 && done++ >= count) return match[0] as string
    return parts.map((part) => (typeof part === 'string' ? part : ((match[part] as string | undefined) ?? ''))).join('')
  })
}

const compiled = new Map<string, RegExp>()

function compile(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known) return known
  try {
    const made = new RegExp(translate(pattern), 'gu')
    compiled.set(pattern, made)
    return made
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('task/template', `Expected a pattern, got ${JSON.stringify(pattern)} (${(error as Error).message}).`)
  }
}

/** Python's classes know Unicode and its $ also matches before a last line end. */
function translate(pattern: string): string {
  let [out, isInClass] = ['', false]
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    if (char === '\\') out += escape(pattern, pattern[++i] ?? '', isInClass)
    else if (isInClass) {
      isInClass = char !== ']'
      out += char === '[' ? '\\[' : char
    } else if (char === '[') {
      isInClass = true
      out += char
      if (pattern[i + 1] === '^') out += pattern[++i]
      if (pattern[i + 1] === ']') out += `\\${pattern[++i]}`
    } else if (char === '(' && pattern[i + 1] === '?' && !/^\(\?(:|=|!|<=|<!)/.test(pattern.slice(i))) {
      throw new LabError(
        'task/template',
        `Expected plain groups, got ${JSON.stringify(pattern.slice(i, i + 4))} in ${JSON.stringify(pattern)}.`,
      )
    } else if (char === '$') out += '(?=\\n?(?![\\s\\S]))'
    else if (char === '.') out += '[^\\n]'
    else if ((char === '{' && !/^\{\d*,?\d*\}/.test(pattern.slice(i))) || char === '}' || char === ']')
      out += isQuantifierEnd(pattern, i) ? char : `\\${char}`
    else out += char
  }
  return out
}

const isQuantifierEnd = (pattern: string, i: number) => pattern[i] === '}' && /\{\d*,?\d*$/.test(pattern.slice(0, i))

function escape(pattern: string, char: string, isInClass: boolean): string {
  if (char === 'd' || char === 'D') return CLASSES[char]!
  if (char === 'w' || char === 's') return isInClass ? CLASSES[char]! : `[${CLASSES[char]}]`
  if ((char === 'W' || char === 'S') && !isInClass) return `[^${CLASSES[char.toLowerCase()]}]`
  if (char === 'b' && !isInClass) return `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`
  if (/[1-9nrtfv]/.test(char)) return `\\${char}`
  if (/[a-zA-Z0]/.test(char) || char === '')
    throw new LabError('task/template', `Expected another escape than "\\${char}" in ${JSON.stringify(pattern)}.`)
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char
}

/** The literal pieces and group numbers of a replacement such as "\\1 of \\g<2>". */
function replacement(to: string): (string | number)[] {
  const parts: (string | number)[] = []
  for (const [whole, group, named, escaped] of to.matchAll(/\\(\d{1,2})|\\g<(\d+)>|\\([\s\S])|[^\\]+/g)) {
    if (group !== undefined || named !== undefined) parts.push(Number(group ?? named))
    else if (escaped === undefined) parts.push(whole)
    else {
      const literal = { n: '\n', r: '\r', t: '\t', '\\': '\\' }[escaped]
      if (literal === undefined)
        throw new LabError(
          'task/template',
          `Expected another escape than "\\${escaped}" in the replacement ${JSON.stringify(to)}.`,
        )
      parts.push(literal)
    }
  }
  return parts
}
