import type { Feeds } from '../engine/session.ts'

/** What one run of a training graph is fed beside the numbers of its step. */
export interface Batch {
  readonly feeds: Feeds
  /** Ids that are read, without padding. */
  readonly tokens: number
}

/** What a training learns from. */
export interface Lessons {
  /** Runs that make one step: above 1 their gradients add up. */
  readonly runsPerStep: number
  /** Steps until all has been seen once. */
  readonly stepsPerEpoch: number
  /**
   * The runs of a step, from 1. Their shares sum to 1. Depends on nothing but the step: where a training stands in its data is told by
   * its step alone, and one that goes on meets what it would have met.
   */
  at(step: number): readonly Batch[]
  /** What is not learned from; the shares of all its batches sum to 1. */
  readonly validation: readonly Batch[]
  /** Sizes of the largest run, by their names in the graph. */
  readonly sizes: Readonly<Record<'batch' | 'length' | 'rows', number>>
}
