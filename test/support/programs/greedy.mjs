// A job for any transport that asks for more memory than a run with 4,096 bytes has, then for less.

/** @param {import('../../../dist/transport/transport.js').Endpoint} endpoint */
export async function runMember(endpoint) {
  const [rank] = endpoint.ranks
  const answers = []
  for (const byteLength of [1024, 2000, 900, 200]) {
    try {
      answers.push(endpoint.alloc(rank, byteLength).byteLength)
    } catch (error) {
      answers.push(String(error))
    }
  }
  await endpoint.exchange(true)
  return answers
}
