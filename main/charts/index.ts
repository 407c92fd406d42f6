import { axisDrop } from './axis-drop.ts'
import { axisPerformance } from './axis-performance.ts'
import type { Chart } from './chart.ts'
import { difficulty } from './difficulty.ts'
import { heatMap } from './heat-map.ts'
import { ledger } from './ledger.ts'
import { performance } from './performance.ts'
import { transfer } from './transfer.ts'
import { trend } from './trend.ts'

/** The order here is the order in the report. */
export const charts: readonly Chart[] = [transfer, performance, axisPerformance, axisDrop, trend, difficulty, heatMap, ledger]
