import { Html, markup } from './html.ts'
import { STYLE } from './style.ts'

/** What stands in the frame that all pages of results share. */
export interface Framed {
  readonly title: string
  /** Version of the lab. */
  readonly lab: string
  /** The table of contents, a link each. */
  readonly links: readonly Html[]
  /** Styles beyond those of every page. */
  readonly style?: string
  readonly header: Html
  readonly body: Html | readonly Html[]
  readonly footer: Html
}

/** An HTML page that needs nothing else: no network, no script, light on screen and in print. */
export function framePage({ title, lab, links, style = '', header, body, footer }: Framed): string {
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="only light">
<meta name="generator" content="Junk DNA Lab ${lab}">
<title>${title}</title>
<style>${new Html(STYLE + style)}</style>
</head>
<body>
<div class="page">
<nav aria-label="Contents">
${links}</nav>
<main>
${header}${body}<footer>${footer}</footer>
</main>
</div>
</body>
</html>
`
  return page.text
}
