/**
 * The seed and the size of property suites. Each run draws one seed, unless
 * TICKTICKCLOCK_TEST_SEED names it; `npm run test:full` runs all cases, `npm test` a tenth.
 * Works in Node and in browsers.
 */

import { inject } from 'vitest'

let printed = false

/** The seed of this run, a whole number in [0, 2^32); printed the first time that a file asks. */
export function testSeed(): number {
  const seed = inject('seed')
  if (!printed) console.log(`seed ${seed} (repeat with TICKTICKCLOCK_TEST_SEED=${seed})`)
  printed = true
  return seed
}

/**
 * How many cases to run of the `fullCount` that the full suite has: a tenth in Node, and a tenth in
 * the two kinds of pages together.
 */
export function count(fullCount: number): number {
  if (inject('full')) return fullCount
  return Math.max(1, Math.ceil(fullCount / (typeof window === 'object' ? 20 : 10)))
}
