/** Runs of computations on one thread, whose packets are delivered in any order. */

import { runMember } from '../../dist/bsp/member.js'
import { packInput } from '../../dist/bsp/plain.js'
import { createRandom, type Random } from '../../dist/random.js'
import { openInline } from '../../dist/transport/inline.js'
import type { Endpoint } from '../../dist/transport/transport.js'

function shuffledEndpoint(endpoint: Endpoint, random: Random): Endpoint {
  return {
    processors: endpoint.processors,
    ranks: endpoint.ranks,
    get aborted() {
      return endpoint.aborted
    },
    enter: (...args) => endpoint.enter(...args),
    alloc: (...args) => endpoint.alloc(...args),
    post: (...packet) => endpoint.post(...packet),
    figures: (rank) => endpoint.figures(rank),
    exchange: (...args) => endpoint.exchange(...args),
    save: (...args) => endpoint.save(...args),
    received(rank, lane) {
      const packets = [...endpoint.received(rank, lane)]
      for (let i = packets.length - 1; i > 0; i--) {
        const j = random.nextBelow(i + 1)
        ;[packets[i], packets[j]] = [packets[j], packets[i]]
      }
      return packets
    },
  }
}

/**
 * The result of a computation.
 *
 * @param seed of the order of delivery; without one it is that of the senders
 */
export async function runShuffled(
  computation: unknown,
  input: unknown,
  processors: number,
  seed?: number,
): Promise<unknown> {
  const argument = {
    computation: computation as never,
    input: packInput(input),
    maxSupersteps: 1000,
    seed: 0,
  }
  const local = (endpoint: Endpoint, given: typeof argument) => {
    const shuffled = seed === undefined ? endpoint : shuffledEndpoint(endpoint, createRandom(seed))
    return runMember(shuffled, given)
  }
  const shape = { processors, messageMemoryBytes: 64 * 2 ** 20 }
  const [{ result }] = await openInline().run({ local, module: '' }, argument, shape)
  return result
}
