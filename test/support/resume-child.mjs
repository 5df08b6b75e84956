// A process of its own that runs or resumes programs: standard input says which, the bits of each
// result go to standard output, a line each.
import { text } from 'node:stream/consumers'
import { directoryStore, resume, run } from 'ticktickclock/bsp'
import { encodeValue } from '../../dist/bsp/codec.js'

/**
 * @typedef {{ verb: 'run' | 'resume', module: string, path: string, options: object,
 *   killAt?: number }} Order
 */

/** @type {Order[]} */
const orders = JSON.parse(await text(process.stdin))
for (const { verb, module, path, options, killAt } of orders) {
  const store = killedStore(directoryStore(path), killAt)
  const url = new URL(module)
  const { result } = await (verb === 'run'
    ? run(url, { ...options, checkpoint: { every: 2, store } })
    : resume(url, { ...options, store }))
  console.log(encodeValue(result).join())
}

/**
 * @param {import('ticktickclock/bsp').CheckpointStore} store
 * @param {number} [killAt] the process goes when a checkpoint of so many supersteps has been kept
 * @returns {import('ticktickclock/bsp').CheckpointStore}
 */
function killedStore(store, killAt) {
  return {
    load: () => store.load(),
    async save(block, info) {
      await store.save(block, info)
      if (info.superstep === killAt) process.kill(process.pid, 'SIGKILL')
    },
  }
}
