import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startEngine } from '../../engine/process.ts'
import type { Engine } from '../../engine/session.ts'
import { writeOnnx } from '../../models/onnx-export.ts'
import { providerOf } from '../study/prepare.ts'
import { readContents } from './contents.ts'
import { panelOf, type Measured, type SizePanel } from './panel.ts'
import { measureSpeeds, type Asked } from './speed.ts'

export interface PanelWish {
  /** Model folders; the first is what the others are compared with. */
  readonly folders: readonly string[]
  readonly engine: Engine
  /** A folder that is not there yet, for the ONNX forms of models that have none; removed at the end. */
  readonly scratch: string
  readonly signal?: AbortSignal
  /** What is being done, and how much of all. */
  readonly onStep?: (label: string, done: number, total: number) => void
}

/**
 * Size and speed of model folders side by side: what theory says, what lies on disk, and how fast each runs here. All run as ONNX files of
 * one graph, in one engine, in turn; a folder whose own file holds codes is measured in that form too.
 */
export async function measurePanel({ folders, engine, scratch, signal, onStep }: PanelWish): Promise<SizePanel> {
  const forms: (Omit<Measured, 'speed'> & Asked)[] = []
  try {
    for (const [i, folder] of folders.entries()) {
      onStep?.(`weights of ${folder}`, i, folders.length)
      const { contents, model } = await readContents(folder, signal)
      const { onnx } = contents
      const hasCodes = onnx !== null && onnx.coded > 0
      const isOwn = onnx !== null && !hasCodes
      const path = isOwn ? onnx.path : (await writeOnnx(join(scratch, `${i}`), model, model.weights, { ...(signal && { signal }) })).graph // prettier-ignore
      forms.push({ contents, form: 'plain', onnxBytes: isOwn ? onnx.bytes : null, path, config: model.config })
      if (hasCodes) forms.push({ contents, form: 'coded', onnxBytes: onnx.bytes, path: onnx.path, config: model.config })
    }
    const speeds = await measureSpeeds(forms, engine, {
      ...(signal && { signal }),
      onRound: (done, total) => onStep?.('speed, round by round', done, total),
    })
    return panelOf(engine.device, forms.map((form, i) => ({ ...form, speed: speeds[i]! }))) // prettier-ignore
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** As `measurePanel`, on an engine of its own. LabError 'engine/unknown' for a provider that is none. */
export async function measureFolders(
  { provider = 'cpu', threads, ...wish }: Omit<PanelWish, 'engine'> & { readonly provider: string | undefined; readonly threads: number }, // prettier-ignore
): Promise<SizePanel> {
  const engine = await startEngine({ provider: providerOf(provider), threads })
  try {
    return await measurePanel({ ...wish, engine })
  } finally {
    await engine.close()
  }
}
