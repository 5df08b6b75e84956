/**
 * Parsers of graph files in the obvious way, with strings and split, and graphs as plain lists of
 * edges, to compare with. Shares no code with src/graph.
 */

import type { Graph } from 'ticktickclock'

/** A graph as anyone would write it down: names in order, edges by name, sorted. */
export interface PlainGraph {
  directed: boolean
  weighted: boolean
  ids: string[]
  /** `["a","b",0.5]`; of an undirected edge the end that comes first in `ids` first. */
  edges: string[]
}

type Edge = [source: number, target: number, weight: number | undefined]

/** Edges between positions in `ids`. */
export function plainOf(
  ids: readonly string[],
  edges: readonly Edge[],
  directed: boolean,
  weighted: boolean,
): PlainGraph {
  const named = edges.map(([a, b, weight]) => {
    const [low, high] = directed || a <= b ? [a, b] : [b, a]
    return JSON.stringify([ids[low], ids[high], ...(weighted ? [weight] : [])])
  })
  return { directed, weighted, ids: [...ids], edges: named.sort() }
}

/** What a graph holds. Checks that undirected rows mirror each other. */
export function plainGraph(graph: Graph): PlainGraph {
  const ids = Array.from({ length: graph.vertexCount }, (_, v) => String(graph.idOf(v)))
  const edges: Edge[] = []
  const mirrored: Edge[] = []
  for (let v = 0; v < graph.vertexCount; v++) {
    for (const [i, target] of graph.neighbors(v).entries()) {
      const weight = graph.weights?.[graph.offsets[v] + i]
      if (graph.directed || v <= target) edges.push([v, target, weight])
      if (!graph.directed && v >= target) mirrored.push([v, target, weight])
    }
  }
  const weighted = graph.weights !== undefined
  const plain = plainOf(ids, edges, graph.directed, weighted)
  if (!graph.directed) {
    const other = plainOf(ids, mirrored, false, weighted)
    if (String(other.edges) !== String(plain.edges)) throw new Error('rows that do not mirror')
  }
  if (edges.length !== graph.edgeCount) throw new Error('a wrong number of edges')
  return plain
}

/** 1 … n. */
export function numbersTo(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i + 1))
}

/** A coordinate file that is known to be right. */
export function naiveMatrixMarket(text: string, names?: readonly string[]): PlainGraph {
  const [banner, ...lines] = text.split(/\r?\n/)
  const [, , , field, symmetry] = banner.toLowerCase().split(/\s+/)
  const rows = lines
    .filter((line) => line.trim() !== '' && !line.startsWith('%'))
    .map((line) => line.trim().split(/\s+/).map(Number))
  const [[rowCount, columnCount, entryCount], ...entries] = rows
  if (rowCount !== columnCount || entries.length !== entryCount) throw new Error('wrong sizes')
  const edges = entries.map(([i, j, w]): Edge => [i - 1, j - 1, w])
  const ids = names ?? numbersTo(rowCount)
  return plainOf(ids, edges, symmetry !== 'symmetric', field !== 'pattern')
}

/** A METIS file that is known to be right, without sizes and weights of vertices. */
export function naiveMetis(text: string, names?: readonly string[]): PlainGraph {
  const [header, ...lines] = text.split('\n').filter((line) => !line.startsWith('%'))
  const [vertexCount, edgeCount, format = 0] = header.trim().split(/\s+/).map(Number)
  const weighted = format % 10 === 1
  const edges: Edge[] = []
  for (let v = 0; v < vertexCount; v++) {
    const numbers = lines[v].trim() === '' ? [] : lines[v].trim().split(/\s+/).map(Number)
    const step = weighted ? 2 : 1
    for (let i = 0; i < numbers.length; i += step) {
      if (numbers[i] - 1 >= v) edges.push([v, numbers[i] - 1, numbers[i + 1]])
    }
  }
  if (edges.length !== edgeCount) throw new Error('wrong number of edges')
  return plainOf(names ?? numbersTo(vertexCount), edges, false, weighted)
}

/** Records of delimited text, quoted as in RFC 4180. */
export function naiveRecords(text: string, delimiter: string): string[][] {
  const records: string[][] = []
  let at = 0
  while (at < text.length) {
    const record: string[] = []
    for (;;) {
      let field = ''
      if (text[at] === '"') {
        for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
          field += text[at]
          if (text[at] === '"') at++
        }
        at++
      } else {
        while (text[at] !== delimiter && text[at] !== '\n') field += text[at++]
      }
      record.push(field)
      if (text[at++] === '\n') break
    }
    records.push(record)
  }
  return records
}
