// Types alone: a chart is a pure function from the tidy table to an option, and whoever draws it knows echarts.
import type { CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts'
import type { GraphicComponentOption, GridComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'

/** What a chart may be made of. A data item's `name` becomes the tip one sees when pointing at its mark. */
export type ChartOption = ComposeOption<
  CustomSeriesOption | LineSeriesOption | ScatterSeriesOption | GraphicComponentOption | GridComponentOption
>
export type ChartSeries = CustomSeriesOption | LineSeriesOption | ScatterSeriesOption

/** A figure of the report, in CSS pixels. */
export interface Figure {
  /** Unique on the page; [a-z0-9-]. */
  readonly id: string
  readonly title: string
  /** What the figure shows, for those who do not see it. */
  readonly about: string
  readonly width: number
  readonly height: number
  readonly option: ChartOption
}

/** The fonts of the report and its figures: what the reader's system writes with. */
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
