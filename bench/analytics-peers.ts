/** Who searches and joins beside this package: graphology, and JavaScript over typed arrays. */

import type { Graph } from 'ticktickclock'
import { type GraphologyGraph, graphologyOf, packageLoader, whyMissing } from './peers.js'

/** Both answers by vertex number. */
export interface Searcher {
  name: string
  /** Versions of what it stands on, where the name doesn't say it all. */
  about?: string
  includes: string
  /** Depth by vertex, 2^32 - 1 where there is no way. */
  bfs(source: number): Uint32Array
  /** Vertices that are connected have the same number. */
  components(): Uint32Array
}

type Bfs = (
  graph: GraphologyGraph,
  source: number,
  visit: (node: string, attributes: unknown, depth: number) => void,
) => void
type EachComponent = (graph: GraphologyGraph, take: (nodes: string[]) => void) => void

const SEARCH = 'graphology-traversal'
const COMPONENTS = 'graphology-components'
const UNREACHED = 0xffff_ffff

/** graphology's own packages for it, or the reason why there are none. */
export function graphologySearcher(graph: Graph): Searcher | string {
  const { load, version } = packageLoader()
  let own: GraphologyGraph
  let search: Bfs
  let forEachComponent: EachComponent
  try {
    const { UndirectedGraph } = load<{ UndirectedGraph: new () => GraphologyGraph }>('graphology')
    search = load<{ bfsFromNode: Bfs }>(SEARCH).bfsFromNode
    forEachComponent = load<{ forEachConnectedComponent: EachComponent }>(
      COMPONENTS,
    ).forEachConnectedComponent
    own = graphologyOf(graph, UndirectedGraph)
  } catch (error) {
    return `graphology: ${whyMissing(error)}`
  }
  const { vertexCount } = graph
  return {
    name: 'graphology',
    about: [SEARCH, COMPONENTS].map((name) => `${name} ${version(name)}`).join(', '),
    includes: 'its own graph in hand: its traversal, answers put into an array',
    bfs(source) {
      const depths = new Uint32Array(vertexCount).fill(UNREACHED)
      search(own, source, (node, _attributes, depth) => {
        depths[Number(node)] = depth
      })
      return depths
    },
    components() {
      const labels = new Uint32Array(vertexCount)
      let label = 0
      forEachComponent(own, (nodes) => {
        for (const node of nodes) labels[Number(node)] = label
        label++
      })
      return labels
    },
  }
}

/** By hand: a queue, and a forest of disjoint sets. What the other answers are compared with. */
export function typedArraySearcher({ vertexCount, offsets, targets }: Graph): Searcher {
  return {
    name: 'typed-array JavaScript',
    includes: 'graph in hand: a queue of vertices; a forest of disjoint sets',
    bfs(source) {
      const depths = new Uint32Array(vertexCount).fill(UNREACHED)
      const queue = new Uint32Array(vertexCount)
      depths[source] = 0
      queue[0] = source
      for (let head = 0, tail = 1; head < tail; head++) {
        const v = queue[head]
        for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
          const target = targets[arc]
          if (depths[target] !== UNREACHED) continue
          depths[target] = depths[v] + 1
          queue[tail++] = target
        }
      }
      return depths
    },
    components() {
      const parents = Uint32Array.from({ length: vertexCount }, (_, v) => v)
      const rootOf = (vertex: number) => {
        let v = vertex
        while (parents[v] !== v) {
          parents[v] = parents[parents[v]]
          v = parents[v]
        }
        return v
      }
      for (let v = 0; v < vertexCount; v++) {
        for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
          const [a, b] = [rootOf(v), rootOf(targets[arc])]
          if (a < b) parents[b] = a
          else parents[a] = b
        }
      }
      for (let v = 0; v < vertexCount; v++) parents[v] = rootOf(v)
      return parents
    },
  }
}
