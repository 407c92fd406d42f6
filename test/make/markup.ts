/** HTML elements that have no end. */
const VOID = new Set(['meta', 'br', 'link', 'img', 'hr', 'input'])

/** What is wrong with the tags of a page or figure: ends without a beginning, beginnings without an end, markup that is neither. */
export function unbalanced(text: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const [tag, slash, name, rest] of text
    .replace(/<!doctype html>|<style>[^<]*<\/style>/g, '')
    .matchAll(/<(\/?)([a-zA-Z][\w:-]*)?([^<>]*)>?/g)) {
    if (!name || !tag.endsWith('>') || !/^(\s+[\w:-]+(="[^"<]*")?)*\s*\/?$/.test(rest!)) wrong.push(tag.slice(0, 80))
    else if (slash) {
      if (open.pop() !== name) wrong.push(tag)
    } else if (!VOID.has(name) && !rest!.endsWith('/')) open.push(name)
  }
  return [...wrong, ...open]
}
