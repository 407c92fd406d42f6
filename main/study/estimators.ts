/** What says how hard a task is, larger = harder; what is measured needs nothing but the study. */
export const ESTIMATORS = [
  {
    id: 'human-gap',
    about: '(H − dense) / H, how far the uncompressed model stays behind the human score H of a table or of the study',
  },
  { id: 'human-error', about: '1 − H' },
  { id: 'declared', about: 'numbers from a table or written in the study' },
  { id: 'dense-error', about: 'measured: 1 − score of the uncompressed model' },
  {
    id: 'dense-loss',
    about: 'measured: mean loss of the right answers under the uncompressed model, in bits per byte or another unit',
  },
  { id: 'item-response', about: 'measured: Rasch difficulty of the items over the compressed models, the mean over a task' },
] as const
export type Estimator = (typeof ESTIMATORS)[number]['id']

/**
 * What the loss of a right answer, −log p, is told in. Bits per byte (the default) compares answers of any length and models of any tokenizer: the
 * "task loss" of Bhagia et al. 2024 (arXiv:2412.04403). Nats per token is the loss that was trained, the logarithm of a perplexity. Nats of the whole
 * answer grow with its length. Nats among the choices is −ln of its share of the likelihood of all choices, so that what no choice says plays no part
 * (Schaeffer et al. 2024, arXiv:2406.04391: p of choices, not of the vocabulary).
 */
export const LOSS_UNITS = ['bits-per-byte', 'nats-per-token', 'nats', 'nats-among-choices'] as const
export type LossUnit = (typeof LOSS_UNITS)[number]
export const LOSS_UNIT: LossUnit = 'bits-per-byte'
