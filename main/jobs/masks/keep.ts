import { countKept } from '../../compress/bits.ts'
import type { Mask } from '../../compress/method.ts'
import type { MatrixShape } from '../../onnx/graph.ts'
import type { Masks } from '../../store/masks.ts'

/** Keeps the mask of a matrix; one that keeps everything is told by its hash alone. */
export function keepMask(masks: Masks, { out, in: width }: MatrixShape, mask: Mask): void {
  if (countKept(mask) < mask.length) masks.save({ out, in: width, bits: mask.bits })
}
