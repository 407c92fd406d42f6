import { axisDrop } from './axis-drop.ts'
import { axisPerformance } from './axis-performance.ts'
import type { Chart } from './chart.ts'
import { contrast } from './contrast.ts'
import { dataAdequacy } from './data-adequacy.ts'
import { dataDose } from './data-dose.ts'
import { difficulty } from './difficulty.ts'
import { dose } from './dose.ts'
import { heatMap } from './heat-map.ts'
import { ledger } from './ledger.ts'
import { performance } from './performance.ts'
import { transfer } from './transfer.ts'
import { trend } from './trend.ts'

/** The order here is the order in the report. */
export const charts: readonly Chart[] = [
  ...[dataAdequacy, transfer, dataDose, dose, performance, axisPerformance, axisDrop, trend, difficulty],
  ...[contrast, heatMap, ledger],
]
