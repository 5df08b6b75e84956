// A process of its own that runs or resumes programs: standard input says which, the bits of each
// result go to standard output, a line each.
import { text } from 'node:stream/consumers'
import { directoryStore, resume, run } from 'ticktickclock/bsp'
import { encodeValue } from '../../dist/bsp/codec.js'

/**
 * @typedef {{ verb: 'run' | 'resume', module: string, path: string, options: object }} Order
 */

/** @type {Order[]} */
const orders = JSON.parse(await text(process.stdin))
for (const { verb, module, path, options } of orders) {
  const store = directoryStore(path)
  const url = new URL(module)
  const { result } = await (verb === 'run'
    ? run(url, { ...options, checkpoint: { every: 2, store } })
    : resume(url, { ...options, store }))
  console.log(Buffer.from(encodeValue(result)).toString('base64'))
}
