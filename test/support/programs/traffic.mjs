// A job for any transport: random packets between all pairs of ranks for some supersteps. Each
// member checks what its ranks receive; what comes back is the sum of everything, by rank.
import { createRandom } from '../../../dist/random.js'

/**
 * The packet that a rank sends to another in a superstep, or nothing.
 *
 * @param {number} seed
 * @param {number} superstep
 * @param {number} from
 * @param {number} to
 * @param {number} lane
 */
function packetOf(seed, superstep, from, to, lane) {
  const random = createRandom(
    (seed * 31 + superstep * 7919 + from * 104_729 + to * 1299 + lane) | 0,
  )
  if (random.nextBelow(3) === 0) return
  const length = 1 + random.nextBelow(random.nextBelow(8) === 0 ? 70_000 : 300)
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = random.nextUint32()
  return bytes
}

/**
 * @param {import('../../../dist/transport/transport.js').Endpoint} endpoint
 * @param {{ seed: number, supersteps: number, disagree?: [number, number][] }} argument
 */
export async function runMember(endpoint, { seed, supersteps, disagree = [] }) {
  const { processors, ranks } = endpoint
  /** @type {string[]} */
  const faults = []
  /** @type {boolean[]} */
  const answers = []
  let packets = 0
  for (let superstep = 0; superstep < supersteps; superstep++) {
    for (const from of ranks) {
      endpoint.enter(from, 'computing')
      for (let to = 0; to < processors; to++) {
        for (let lane = 0; lane < 2; lane++) {
          const packet = packetOf(seed, superstep, from, to, lane)
          if (packet === undefined) continue
          // More memory than is used, as packets that grow take it.
          const memory = endpoint.alloc(from, packet.byteLength + 10)
          if (memory.byteOffset % 64 !== 0) faults.push('not aligned')
          memory.set(packet)
          endpoint.post(from, to, lane, memory, packet.byteLength)
        }
      }
      endpoint.figures(from)[4] = superstep + 1
      endpoint.enter(from, 'waiting')
    }
    const agreed = !disagree.some(([step, rank]) => step === superstep && ranks.includes(rank))
    answers.push(await endpoint.exchange(agreed))
    for (const rank of ranks) {
      for (let lane = 0; lane < 2; lane++) {
        const received = endpoint.received(rank, lane)
        const senders = received.map(({ from }) => from)
        if (new Set(senders).size !== senders.length) faults.push(`twice in ${superstep}`)
        for (let from = 0; from < processors; from++) {
          const expected = packetOf(seed, superstep, from, rank, lane)
          const got = received.find((packet) => packet.from === from)?.bytes
          if (got !== undefined) packets++
          if (String(got) !== String(expected)) faults.push(`${superstep}: ${from} to ${rank}`)
        }
      }
    }
  }
  return { ranks: [...ranks], faults, answers, packets }
}
