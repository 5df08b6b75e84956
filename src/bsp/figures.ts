/**
 * What a processor tells the coordinator of each superstep: positions in the transport's figures.
 * Times in milliseconds; `startMs`, `endMs` and `readyMs` on the clock of `epochMs`.
 */

export const FIGURE = {
  startMs: 0,
  endMs: 1,
  computeMs: 2,
  communicateMs: 3,
  sentMessages: 4,
  sentBytes: 5,
  receivedMessages: 6,
  receivedBytes: 7,
  /** The superstep's number plus one, when all others are filled. */
  marker: 8,
  /** Index of the superstep in the computation, and the round. */
  index: 9,
  round: 10,
  /** 1: voted to stop. */
  vote: 11,
  /** When the processor had its state. Holds in the first superstep of an attempt. */
  readyMs: 12,
} as const
