/** Version of the numbers that training gives: part of every fingerprint. */
export const TRAIN_VERSION = 1
