/** Signs that LaTeX writes in its own way, or that an old one cannot read. */
const SIGNS: Readonly<Record<string, string>> = {
  ...{ '\\': '\\textbackslash{}', '{': '\\{', '}': '\\}', $: '\\textdollar{}', '&': '\\&', '#': '\\#', '%': '\\%', _: '\\_' },
  ...{ '^': '\\textasciicircum{}', '~': '\\textasciitilde{}', '<': '\\textless{}', '>': '\\textgreater{}', '|': '\\textbar{}' },
  ...{ '−': '$-$', '×': '$\\times$', '·': '$\\cdot$', '→': '$\\rightarrow$', '≤': '$\\le$', '≥': '$\\ge$', '≠': '$\\ne$' },
  ...{ '±': '$\\pm$', '°': '$^\\circ$', τ: '$\\tau$', ρ: '$\\rho$', μ: '$\\mu$', Δ: '$\\Delta$', '‖': '$\\|$', '²': '$^2$' },
  ...{ '…': '\\dots{}', '–': '--', '—': '---', '‘': '`', '’': "'", '“': '``', '”': "''", '"': '\\char34{}' },
  ...{ '†': '$\\dagger$', '‡': '$\\ddagger$', '§': '\\S{}', '∞': '$\\infty$', '\u00a0': '~', '\u202f': '\\,' },
}
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** Text as LaTeX sets it, whatever is in it. */
export function texWords(text: string): string {
  return [...text.replace(/\s+/g, ' ')]
    .map((sign) => {
      const power = RAISED.indexOf(sign)
      if (power >= 0 && sign !== '²') return `$^${power}$`
      if (Object.hasOwn(SIGNS, sign)) return SIGNS[sign]!
      // control characters end a run of TeX; they mean nothing on paper
      return /[\u0000-\u001f\u007f]/.test(sign) ? '?' : sign
    })
    .join('')
    .replaceAll('$$', '')
}
