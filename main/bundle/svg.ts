// The door of echarts in main/: options become SVG text, without a DOM.
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GraphicComponent, GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Figure } from '../charts/option.ts'
import { tidySvg } from '../charts/svg.ts'

use([CustomChart, LineChart, ScatterChart, GraphicComponent, GridComponent, SVGRenderer])

/** A figure as SVG 1.1 on a transparent ground, titled and described; the same figure gives the same bytes. */
export function renderSvg(figure: Figure): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: figure.width, height: figure.height })
  try {
    chart.setOption({ animation: false, ...figure.option })
    return tidySvg(chart.renderToSVGString(), figure)
  } finally {
    chart.dispose() // or the process does not end
  }
}
