/** Arguments that are no graph's: each is refused by name, before anything is made. */

import { Graph, GraphSourceError, generateRmat, graphFromEdges, readGraph } from 'ticktickclock'
import { describe, expect, it } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: what the types would refuse is the subject
type Anything = any

const small = graphFromEdges([
  [1, 2],
  [2, 3],
])

describe('arguments of graphs', () => {
  it.each<[string, () => unknown, typeof TypeError, string]>([
    [
      'a direction that is a word',
      () => graphFromEdges([[1, 2]], { directed: 'no' as Anything }),
      TypeError,
      '"directed" expected boolean, got "no"',
    ],
    [
      'columns that are none',
      () => graphFromEdges({ sources: 5, targets: new Uint32Array(1) } as Anything),
      TypeError,
      '"sources" expected an array or typed array, got 5',
    ],
    [
      'a simple that is a number',
      () => generateRmat({ scale: 3, simple: 1 as Anything }),
      TypeError,
      '"simple" expected boolean, got 1',
    ],
    ['a vertex beyond the last', () => small.neighbors(3), RangeError, 'in [0, 2], got 3'],
    ['half a vertex', () => small.outDegree(0.5), RangeError, 'in [0, 2], got 0.5'],
    [
      'a block that starts anywhere',
      () => {
        const bytes = new Uint8Array(small.block.length + 4)
        bytes.set(small.block, 4)
        return Graph.fromBlock(bytes.subarray(4))
      },
      Error as unknown as typeof TypeError,
      'graph block must start at a multiple of 8 bytes; copy it with slice()',
    ],
  ])('%s', (_name, call, kind, text) => {
    expect(call).toThrow(kind)
    expect(call).toThrow(text)
  })

  it('a name that is none', async () => {
    const reading = readGraph(new Uint8Array(4), { name: 5 as Anything })
    await expect(reading).rejects.toThrow('"name" expected string, got 5')
  })

  it('a URL that is none', async () => {
    const reading = readGraph('http://[')
    await expect(reading).rejects.toThrow(GraphSourceError)
    await expect(reading).rejects.toThrow('http://[: not a valid URL')
  })
})
