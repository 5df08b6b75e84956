// A fault that happens so many times, whatever threads and processes it happens in: each time takes
// a file that can be made once.
import { openSync } from 'node:fs'

/**
 * @typedef {{ kind: keyof typeof KINDS, part: 'compute' | 'communicate', rank: number,
 *   step: number, times: number, tokens: string }} Fault
 */

const KINDS = {
  throw() {
    throw new RangeError('thrown on purpose')
  },
  // biome-ignore lint/nursery/noProcessExit: what the tests are about
  exit: () => process.exit(3),
  /** @returns {never} */
  hang() {
    for (;;);
  },
  /** @returns {Promise<never>} */
  sleep: () => new Promise(() => {}),
  kill: () => void process.kill(process.pid, 'SIGKILL'),
}

/** @param {Fault} fault */
function isDue({ times, tokens }) {
  for (let time = 0; time < times; time++) {
    try {
      openSync(`${tokens}${time}`, 'wx')
      return true
    } catch {
      // That time has been.
    }
  }
  return false
}

/**
 * @param {Fault} fault
 * @param {Fault['part']} part
 * @param {import('ticktickclock/bsp').Context} ctx
 * @returns {Promise<void> | void}
 */
export function happen(fault, part, { rank, superstep }) {
  if (fault.part !== part || fault.rank !== rank || fault.step !== superstep) return
  if (isDue(fault)) return KINDS[fault.kind]()
}

/**
 * A computation of the same parts, whose input is `{ fault, own }`.
 *
 * @param {import('ticktickclock/bsp').AnyComputation} computation with `restore`
 */
export function partsWithFaults({ describe, ...parts }) {
  /** @type {Fault} */
  let fault
  return {
    ...parts,
    initialize(/** @type {{ fault: Fault, own: unknown }} */ input, /** @type {never} */ ctx) {
      fault = input.fault
      return parts.initialize(input.own, ctx)
    },
    restore(
      /** @type {unknown} */ saved,
      /** @type {never} */ ctx,
      /** @type {{ fault: Fault, own: unknown } | undefined} */ input,
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
