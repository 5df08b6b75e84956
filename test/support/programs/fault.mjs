// A fault that happens where the test wants it, in whatever thread the program runs: who comes to
// its place asks the test, which counts, and says what is to happen; see ../faults.ts.

/**
 * @typedef {{ part: 'compute' | 'communicate', rank: number, step: number, channel: string }} Place
 */

const KINDS = {
  /** Also where the test has done something itself. */
  nothing() {},
  throw() {
    throw new RangeError('thrown on purpose')
  },
  /** @returns {Promise<never>} */
  uncaught() {
    setTimeout(() => {
      throw new RangeError('not caught on purpose')
    })
    return never()
  },
  /** @returns {Promise<never>} */
  exit() {
    // biome-ignore lint/nursery/noProcessExit: what the tests are about
    if (typeof process === 'object') process.exit(3)
    // What has begun in a web worker goes on for a while.
    self.close()
    return never()
  },
  /** @returns {never} */
  hang() {
    for (;;);
  },
  sleep: never,
}

/** @typedef {keyof typeof KINDS} Answer */

/** @returns {Promise<never>} */
function never() {
  return new Promise(() => {})
}

/** Asked anew so often: in a busy browser what is sent may come before the test's end is there. */
const ASK_AGAIN_MS = 100

/**
 * @param {string} name
 * @returns {Promise<Answer>}
 */
function ask(name) {
  const channel = new BroadcastChannel(name)
  const asker = crypto.randomUUID()
  return new Promise((resolve) => {
    const timer = setInterval(() => channel.postMessage({ asker }), ASK_AGAIN_MS)
    channel.onmessage = ({ data }) => {
      if (data.asker !== asker || data.answer === undefined) return
      clearInterval(timer)
      channel.close()
      resolve(data.answer)
    }
    channel.postMessage({ asker })
  })
}

/**
 * @param {Place} place
 * @param {Place['part']} part
 * @param {import('ticktickclock/bsp').Context} ctx
 * @returns {Promise<void>}
 */
export async function happen(place, part, { rank, superstep }) {
  if (place.part !== part || place.rank !== rank || place.step !== superstep) return
  await KINDS[await ask(place.channel)]()
}

/**
 * A computation of the same parts, whose input is `{ fault, own }`.
 *
 * @param {import('ticktickclock/bsp').AnyComputation} computation with `restore`
 */
export function partsWithFaults({ describe, ...parts }) {
  /** @type {Place} */
  let fault
  return {
    ...parts,
    initialize(/** @type {{ fault: Place, own: unknown }} */ input, /** @type {never} */ ctx) {
      fault = input.fault
      return parts.initialize(input.own, ctx)
    },
    restore(
      /** @type {unknown} */ saved,
      /** @type {never} */ ctx,
      /** @type {{ fault: Place, own: unknown } | undefined} */ input,
    ) {
      if (input !== undefined) fault = input.fault
      return parts.restore?.(saved, ctx, input?.own)
    },
    supersteps: parts.supersteps.map((superstep) => ({
      ...superstep,
      async compute(
        /** @type {unknown} */ state,
        /** @type {never} */ inbox,
        /** @type {import('ticktickclock/bsp').Context} */ ctx,
      ) {
        await happen(fault, 'compute', ctx)
        return superstep.compute(state, inbox, ctx)
      },
      async communicate(
        /** @type {unknown} */ state,
        /** @type {never} */ send,
        /** @type {import('ticktickclock/bsp').Context} */ ctx,
      ) {
        await happen(fault, 'communicate', ctx)
        await superstep.communicate?.(state, send, ctx)
      },
    })),
  }
}
