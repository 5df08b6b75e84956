// A job for any transport whose members save two bytes a rank after each exchange: superstep, rank.

/**
 * @param {import('../../../dist/transport/transport.js').Endpoint} endpoint
 * @param {{ saves: number }} argument
 */
export async function runMember(endpoint, { saves }) {
  await endpoint.exchange(true)
  for (let i = 1; i <= saves; i++) {
    await endpoint.exchange(true)
    for (const rank of endpoint.ranks) endpoint.enter(rank, 'saving')
    const superstep = 20 + i
    await endpoint.save(
      superstep,
      endpoint.ranks.map((rank) => Uint8Array.of(superstep, rank)),
    )
    for (const rank of endpoint.ranks) endpoint.enter(rank, 'waiting')
  }
}
