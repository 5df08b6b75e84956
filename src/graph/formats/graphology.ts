/**
 * graphology's serialised graphs: JSON with `options`, `nodes` and `edges`. Read as it comes in, so
 * that a file may be larger than a string of JavaScript.
 * Source: graphology's documentation, "Serialization".
 */

import { abortable, nextTurn } from '../../turn.js'
import type { Graph } from '../csr.js'
import { runSliced, type Steps } from '../slices.js'
import type { Format, FormatInput, WriteRequest, WrittenPiece } from './format.js'
import { edgesOf, hasParallelEdges } from './graph-edges.js'
import { GraphologyEdges, type GraphologyType, weightAttribute } from './graphology-edges.js'
import { isObject, showJson, textOf } from './json.js'
import { JsonMembers, type Taker } from './json-members.js'

export const graphology: Format = {
  name: 'graphology',
  title: 'a graphology document',
  extensions: ['.json'],
  takes: ['ids'],
  begins: (head) => /^\s*\{/.test(textOf(head)),
  async read(input) {
    const { options, signal, problem } = input
    const { weights, ids, directed } = options
    if (typeof weights === 'number') {
      throw new RangeError('"weights" expected the name of an attribute for graphology, or true')
    }
    const rules = { weights: weightAttribute(weights), ids, directed }
    const edges = new GraphologyEdges(rules, (text, lineOf) => problem(text, { line: lineOf?.() }))
    const document = new Document(edges, problem)
    const members = new JsonMembers(document.takers, problem)
    for (;;) {
      const bytes = await abortable(input.source.read(), signal)
      if (bytes === undefined) break
      for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
        members.write(bytes.subarray(from, from + SLICE_BYTES))
        input.report(edges.count)
        await nextTurn()
        signal?.throwIfAborted()
      }
    }
    members.end()
    return { kind: 'numbered', ...(await runSliced(edges.finish(document.checkedType()), signal)) }
  },
  write: writeDocument,
}

/** JSON between two pauses: about ten milliseconds. */
const SLICE_BYTES = 1 << 18

/** The members of a document on their way to the edges. */
class Document {
  readonly #edges: GraphologyEdges
  readonly #problem: FormatInput['problem']
  #type: GraphologyType = 'mixed'
  readonly #seen = new Set<string>()
  #edgeIndex = 0
  #nodeIndex = 0

  constructor(edges: GraphologyEdges, problem: FormatInput['problem']) {
    this.#edges = edges
    this.#problem = problem
  }

  get takers() {
    return {
      items: { nodes: this.#takeNode, edges: this.#takeEdge },
      values: { options: this.#takeOptions },
      onMember: (name: string) => this.#seen.add(name),
    }
  }

  /** @throws GraphFormatError without nodes and edges */
  checkedType(): GraphologyType {
    const lacking = ['nodes', 'edges'].filter((name) => !this.#seen.has(name))
    if (lacking.length === 0) return this.#type
    if (lacking.length > 1) {
      throw this.#problem(
        'this JSON is no graph: it has neither "nodes" and "edges" (graphology) nor ' +
          '"lockfileVersion" (npm) near its beginning; pass the format if it is one',
      )
    }
    throw this.#problem(
      `this JSON has no list "${lacking[0]}": graphology's have "nodes" and "edges"`,
    )
  }

  readonly #takeOptions: Taker = (options, lineOf) => {
    const type = isObject(options) ? (options.type ?? 'mixed') : undefined
    if (type === 'directed' || type === 'undirected' || type === 'mixed') {
      this.#type = type
      return
    }
    const found = isObject(options) ? options.type : options
    const expected = '"options" expected an object with "type" directed, undirected or mixed'
    throw this.#problem(`${expected}, got ${showJson(found)}`, { line: lineOf() })
  }

  readonly #takeNode: Taker = (node, lineOf) => {
    const index = this.#nodeIndex++
    if (isObject(node) && node.key !== undefined) this.#edges.addNode(node.key, lineOf)
    else {
      const problem = `node ${index} expected an object with "key", got ${showJson(node)}`
      throw this.#problem(problem, { line: lineOf() })
    }
  }

  readonly #takeEdge: Taker = (edge, lineOf) => {
    if (this.#nodeIndex > 0) this.#edges.allListed = true
    const index = this.#edgeIndex++
    const wrong = (problem: string) => this.#problem(problem, { line: lineOf() })
    if (!isObject(edge)) throw wrong(`edge ${index} expected an object, got ${showJson(edge)}`)
    const { key: name, source, target, attributes, undirected } = edge
    if (undirected !== undefined && typeof undirected !== 'boolean') {
      const found = showJson(undirected)
      throw wrong(`"undirected" of edge ${index} expected true or false, got ${found}`)
    }
    if (attributes !== undefined && !isObject(attributes)) {
      const found = showJson(attributes)
      throw wrong(`"attributes" of edge ${index} expected an object, got ${found}`)
    }
    this.#edges.addEdge({ name, source, target, undirected }, attributes, lineOf)
  }
}

/** Characters of a piece. */
const PIECE_LENGTH = 1 << 16

function* writeDocument(graph: Graph, request: WriteRequest): Generator<WrittenPiece, void> {
  const encoder = new TextEncoder()
  let arcs = 0
  const piece = (text: string): WrittenPiece => ({ bytes: encoder.encode(text), arcs })
  const multi = yield* paused(hasParallelEdges(graph), () => piece(''))
  const type = graph.directed ? 'directed' : 'undirected'
  const options = JSON.stringify({ type, multi, allowSelfLoops: true })
  let text = `{"options":${options},"attributes":{},"nodes":[`
  const keyOf = (v: number) => JSON.stringify(String(graph.idOf(v)))
  for (let v = 0; v < graph.vertexCount; v++) {
    text += `${v === 0 ? '' : ','}\n{"key":${keyOf(v)}}`
    if (text.length < PIECE_LENGTH) continue
    yield piece(text)
    text = ''
  }
  text += '],\n"edges":['
  let between = ''
  let row = -1
  let key = ''
  for (const { source, target, weight } of edgesOf(graph)) {
    if (source !== row) {
      row = source
      key = keyOf(row)
    }
    const attributes =
      weight === undefined || !request.weights ? '' : `,"attributes":{"weight":${weight}}`
    text += `${between}\n{"source":${key},"target":${keyOf(target)}${attributes}}`
    between = ','
    arcs += graph.directed || source === target ? 1 : 2
    if (text.length < PIECE_LENGTH) continue
    yield piece(text)
    text = ''
  }
  yield piece(`${text}]}\n`)
}

/** Runs steps, each pause a piece without bytes. */
function* paused<T>(steps: Steps<T>, pause: () => WrittenPiece): Generator<WrittenPiece, T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    yield pause()
  }
}
