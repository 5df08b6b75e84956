/**
 * What every platform must read alike: in Node, and in pages with and without shared memory.
 */

import { GraphFormatError, readGraph } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { rowsOf } from '../support/naive-graph.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)

const rows = Array.from({ length: 50_000 }, (_, i) => `${i * 3}\t${((i * 7919) % 50_000) * 3}\n`)
const large = bytesOf(rows.join(''))

async function zipped(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

describe('readGraph on this platform', () => {
  it('reads integers from bytes, a Blob, a stream, a Response and gzip', async () => {
    const expected = await readGraph(large)
    expect([expected.vertexCount, expected.arcCount]).toEqual([50_000, 50_000])
    const blob = new Blob([large])
    const name = 'large.txt.gz'
    for (const graph of [
      await readGraph(blob),
      await readGraph(blob.stream()),
      await readGraph(new Response(blob)),
      await readGraph(await zipped(large), { name }),
      await readGraph(URL.createObjectURL(blob)),
    ]) {
      // toEqual of a megabyte takes seconds.
      expect(graph.block.every((byte, i) => byte === expected.block[i])).toBe(true)
      expect(graph.block.length).toBe(expected.block.length)
    }
  })

  it('reads strings, weights and wide integers', async () => {
    const text = 'origin,destination,count\n"São Paulo",ATL,853\nATL,"a ""b""",0.1\n'
    const graph = await readGraph(bytesOf(text), { weights: 'count', directed: false })
    expect(rowsOf(graph)).toEqual([
      { id: 'ATL', arcs: ['São Paulo 853', 'a "b" 0.1'] },
      { id: 'São Paulo', arcs: ['ATL 853'] },
      { id: 'a "b"', arcs: ['ATL 0.1'] },
    ])
    const wide = await readGraph(bytesOf('18446744073709551615 1\n'))
    expect(wide.idOf(1)).toBe(18446744073709551615n)
  })

  it('says what is wrong, and closes', async () => {
    await expect(readGraph(bytesOf('1 2\n3 -4\n'))).rejects.toThrow(/:2: negative id/)
    const cut = (await zipped(large)).subarray(0, 5000)
    await expect(readGraph(cut)).rejects.toThrow(GraphFormatError)
    await expect(readGraph(large, { name: 'plain.gz' })).rejects.toThrow(/named .gz/)
  })

  it('reads all members of gzip or refuses them, and never drops what follows', async () => {
    const first = await zipped(bytesOf('0 1\n1 2\n'))
    const join = (second: Uint8Array) => Uint8Array.of(...first, ...second)
    const two = readGraph(join(await zipped(bytesOf('2 0\n')))).then((graph) => graph.arcCount)
    const outcome = await two.catch((error) => error)
    if (outcome !== 3) {
      expect(outcome).toBeInstanceOf(GraphFormatError)
      expect(outcome.message).toMatch(/something follows the first gzip member, which browsers/)
    }
    for (const rest of [bytesOf('2 0\n'), Uint8Array.of(0, 0, 50, 32, 48, 10)]) {
      await expect(readGraph(join(rest))).rejects.toThrow(/what follows|something follows/)
    }
  })

  it('stops soon after an abort', async () => {
    const controller = new AbortController()
    const endless = new ReadableStream<Uint8Array>({
      pull: (stream) => stream.enqueue(large.slice()),
    })
    const reading = readGraph(endless, { signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 50))
    const start = performance.now()
    controller.abort('enough')
    await expect(reading).rejects.toBe('enough')
    // 100 ms on a machine that does nothing else; source.test.ts measures it.
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
