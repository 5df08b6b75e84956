/**
 * The seed and the size of property suites: TICKTICKCLOCK_TEST_SEED repeats a run,
 * TICKTICKCLOCK_TEST_FULL=1 runs all cases instead of a tenth.
 */

const given = process.env.TICKTICKCLOCK_TEST_SEED
const drawn = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given)
let printed = false

/** The seed of this run, a whole number in [0, 2^32); printed the first time that a file asks. */
export function testSeed(): number {
  if (!printed) console.log(`seed ${drawn} (repeat with TICKTICKCLOCK_TEST_SEED=${drawn})`)
  printed = true
  return drawn
}

/** How many cases to run of the `fullCount` that the full suite has. */
export function count(fullCount: number): number {
  const full = process.env.TICKTICKCLOCK_TEST_FULL === '1'
  return full ? fullCount : Math.max(1, Math.ceil(fullCount / 10))
}
