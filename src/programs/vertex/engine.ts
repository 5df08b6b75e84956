/**
 * One processor of a vertex program: the state of its vertices, and what an iteration does to it.
 * The supersteps around it are in define.ts.
 *
 * A message is worked out once, where its vertex is, and published to the processors that mirror
 * the vertex; each of them takes it along the arcs to its own vertices. So one number travels for a
 * vertex and processor, not one for each arc.
 */

import type { ColumnInbox, ColumnSend } from '../../bsp/types.js'
import type { Graph } from '../../graph/csr.js'
import { combineBlocks, joinTree } from './aggregates.js'
import { type MessageDirection, type Way, waysOf } from './arcs.js'
import { type ArcFunction, arcFunctionOf, type Combiner, combinerOf } from './combine.js'
import { allocate, cursorOn, type Position, type ValueArray } from './cursor.js'
import type { VertexCut } from './cut.js'
import { outDegreesOf, outWeightsOf } from './degrees.js'
import { gatherAll, pushFrom, type Touched } from './gather.js'
import { type HALO_MESSAGE, Halo } from './halo.js'
import { copyRows, evaluate, evaluateFirst, evaluateNext, listChanged } from './rows.js'
import type {
  Aggregator,
  ParameterSpec,
  Round,
  ValueSpec,
  Vertex,
  VertexProgramDefinition,
} from './types.js'

/** A definition whose types don't matter here. */
export type AnyProgram = VertexProgramDefinition<ValueSpec, ParameterSpec, string>

/** What a processor is made of. */
export interface PartRequest {
  program: AnyProgram
  graph: Graph
  parameters: Readonly<Record<string, number>>
  cut: VertexCut
  rank: number
}

type AnyRound = Round<ParameterSpec, string>
type MutableRound = { -readonly [K in keyof AnyRound]: AnyRound[K] }

/** Pushing an arc costs about three times what gathering one does: random writes, checks. */
const PUSH_COST = 3
/** Making rows to gather from, a random write for each arc, costs about as much as four passes. */
const ROWS_COST = 4
/** Part of all possible senders that is few enough to make rows to push along for. */
const FEW = 1 / 64

export class VertexPart {
  /** Columns as they are after the last iteration. */
  readonly columns: ValueArray[]
  readonly halo: Halo
  /** Aggregates that all processors know of, by name. */
  readonly aggregates: Record<string, number> = {}
  readonly #program: AnyProgram
  readonly #round: MutableRound
  readonly #combiner: Combiner
  readonly #arc: ArcFunction
  readonly #gathersAll: boolean
  readonly #weighted: boolean
  readonly #ways: Way[]
  readonly #next: ValueArray[]
  readonly #position: Position = { at: 0 }
  readonly #before: Vertex<ValueSpec>
  readonly #after: Vertex<ValueSpec>
  readonly #aggregators: [string, Aggregator<ValueSpec, ParameterSpec>][]
  readonly #blockShift: number
  /** By local number; the combiner's identity where there is no message. */
  readonly #messages: Float64Array
  readonly #gathered: Float64Array
  /** Local numbers of those who send, own ones first. */
  readonly #senders: Uint32Array
  #ownSenders = 0
  readonly #touched: Touched
  /** Arcs pushed along although gathering would have been cheaper, had there been rows for it. */
  #pushedInVain = 0
  #blocks: Float64Array = new Float64Array(0)

  constructor({ program, graph, parameters, cut, rank }: PartRequest) {
    const direction: MessageDirection = program.direction ?? 'out'
    this.#program = program
    this.#combiner = combinerOf(program.combine)
    this.#arc = arcFunctionOf(program.edge)
    this.#gathersAll = (program.gather ?? (this.#combiner.isExact ? 'changed' : 'all')) === 'all'
    this.#weighted = this.#arc.kind !== 'none' && graph.weights !== undefined
    this.#blockShift = cut.blockShift
    const halo = new Halo(graph, direction, cut, rank)
    this.halo = halo
    this.#ways = waysOf(graph, direction, halo, this.#weighted)
    this.columns = allocate(program.value, halo.ownCount)
    this.#next = allocate(program.value, halo.ownCount)
    const outDegrees = outDegreesOf(graph, direction, halo)
    const outWeights = this.#weighted
      ? outWeightsOf(graph, direction, halo)
      : Float64Array.from(outDegrees)
    const facts = { first: halo.first, outDegrees, outWeights }
    const { vertexCount, arcCount } = graph
    const { aggregates } = this
    this.#round = { vertexCount, arcCount, parameters, aggregates, iteration: 0 }
    this.#before = cursorOn(program.value, this.columns, this.#position, facts)
    this.#after = cursorOn(program.value, this.#next, this.#position, facts)
    this.#aggregators = Object.entries(program.aggregate ?? {})
    const locals = halo.ownCount + halo.mirrors.length
    this.#messages = new Float64Array(locals).fill(this.#combiner.identity)
    this.#gathered = new Float64Array(halo.ownCount).fill(this.#combiner.identity)
    this.#senders = new Uint32Array(locals)
    this.#touched = { list: new Uint32Array(halo.ownCount), count: 0 }
    this.#begin()
  }

  get hasAggregators(): boolean {
    return this.#aggregators.length > 0
  }

  /** How often own vertices have changed. */
  get iteration(): number {
    return this.#round.iteration
  }

  /** Whether own vertices have messages that nobody has been given yet. */
  get sends(): boolean {
    return this.#ownSenders > 0
  }

  /** Whether the definition's own rule ends the run. */
  get isConverged(): boolean {
    return this.#program.converged?.(this.#round) === true
  }

  /**
   * What the others need for the aggregates: how many own vertices send, then, aggregator after
   * aggregator, a number for each own block.
   */
  get blocks(): Float64Array {
    return this.#blocks
  }

  /** First values, and the messages of the vertices that start. */
  #begin(): void {
    const { initialize, value, starts } = this.#program
    const { list } = this.#touched
    for (let v = 0; v < list.length; v++) list[v] = v
    this.#touched.count = list.length
    for (const [i, name] of Object.keys(value).entries()) {
      evaluateFirst(
        this.#question(this.columns[i], name),
        initialize[name],
        this.#before,
        this.#round,
      )
      this.#next[i].set(this.columns[i])
    }
    const senders = this.#senders
    let count = 0
    for (let v = 0; v < list.length; v++) {
      this.#position.at = v
      if (starts === undefined || starts(this.#before, this.#round)) senders[count++] = v
    }
    this.#send(count)
    this.#blocks = this.#combineBlocks()
  }

  /** Of the touched vertices, for a column. */
  #question(into: ValueArray, name: string) {
    const { list: rows, count } = this.#touched
    const { first } = this.halo
    const place = (row: number) => `column "${name}" of vertex ${first + row}`
    return { rows, count, position: this.#position, into, place }
  }

  /** Works out the messages of the first `count` senders, which are own vertices. */
  #send(count: number): void {
    const messages = this.#messages
    const senders = this.#senders
    const question = { ...this.#question(messages, ''), rows: senders, count }
    evaluate(question, this.#program.message, this.#after, this.#round)
    // In a graph without weights all arcs do the same: once is enough.
    if (!this.#weighted) alongArcs(messages, senders, count, this.#arc)
    this.#ownSenders = count
  }

  /** Publishes the messages of own vertices. */
  publish(send: ColumnSend<typeof HALO_MESSAGE>): void {
    this.halo.publish(send, this.#messages, this.#senders, this.#ownSenders)
  }

  #combineBlocks(): Float64Array {
    const aggregators = this.#aggregators
    if (aggregators.length === 0) return this.#blocks
    const own = this.halo.ownCount
    const each = Math.ceil(own / 2 ** this.#blockShift)
    const blocks = new Float64Array(1 + each * aggregators.length)
    blocks[0] = this.#ownSenders
    const vertex = {
      ...{ after: this.#after, before: this.#before },
      ...{ facts: this.#round, position: this.#position },
    }
    for (const [i, aggregator] of aggregators.entries()) {
      blocks.set(combineBlocks(aggregator[1], vertex, own, this.#blockShift), 1 + i * each)
    }
    return blocks
  }

  /** Aggregates of all from the blocks of all; returns how many vertices send. */
  takeBlocks(all: readonly Float64Array[]): number {
    const { length } = this.#aggregators
    for (const [i, [name, { combine }]] of this.#aggregators.entries()) {
      const parts = all.map((blocks) => {
        const each = (blocks.length - 1) / length
        return blocks.subarray(1 + i * each, 1 + (i + 1) * each)
      })
      this.aggregates[name] = joinTree(concatenated(parts), combine)
    }
    return all.reduce((sum, [senders]) => sum + senders, 0)
  }

  /** An iteration, with what was published: gather, apply, and the messages that follow. */
  iterate(inbox: ColumnInbox<typeof HALO_MESSAGE>): void {
    const own = this.#ownSenders
    const count = this.halo.receive(inbox, this.#messages, this.#senders, own)
    this.#gather(count)
    this.#apply()
    this.#blocks = this.#combineBlocks()
    const { list, count: touched } = this.#touched
    for (const [i, column] of this.columns.entries()) {
      copyRows(this.#next[i], column, list, touched)
    }
  }

  /** Fills `#gathered` and the list of touched vertices. */
  #gather(senderCount: number): void {
    const touched = this.#touched
    const { identity } = this.#combiner
    const messages = this.#messages
    const gathered = this.#gathered
    if (this.#pushes(senderCount)) {
      touched.count = 0
      this.#push(senderCount)
    } else {
      for (const way of this.#ways) {
        gatherAll(way.gatherRows(), messages, gathered, this.#combiner, this.#arc)
      }
      if (!this.#gathersAll) listTouched(gathered, identity, touched)
    }
    // Where all are gathered, messages stay, and so does the list of all vertices.
    if (this.#gathersAll) return
    for (let k = 0; k < senderCount; k++) messages[this.#senders[k]] = identity
  }

  /** Whether to push: few arcs, or no rows to gather from that would be worth making. */
  #pushes(senderCount: number): boolean {
    if (this.#gathersAll || !this.#combiner.isExact) return false
    let pushed = 0
    let all = 0
    for (const way of this.#ways) {
      if (!way.hasPushRows && senderCount > this.#senders.length * FEW) return false
      const { starts, ends } = way.pushRows()
      all += ends.length
      for (let k = 0; k < senderCount; k++) {
        const row = this.#rowOf(way, this.#senders[k])
        pushed += starts[row + 1] - starts[row]
      }
    }
    if (PUSH_COST * pushed <= all) return true
    if (this.#ways.every((way) => way.hasGatherRows)) return false
    this.#pushedInVain += pushed
    return PUSH_COST * this.#pushedInVain <= ROWS_COST * all
  }

  #rowOf({ pushesGlobally }: Way, sender: number): number {
    const { first, ownCount, mirrors } = this.halo
    if (!pushesGlobally) return sender
    return sender < ownCount ? first + sender : mirrors[sender - ownCount]
  }

  #push(count: number): void {
    const { first } = this.halo
    for (const way of this.#ways) {
      const rowOf = (sender: number) => this.#rowOf(way, sender)
      const pushing = { rows: way.pushRows(), senders: this.#senders, count, rowOf, first }
      const [messages, gathered] = [this.#messages, this.#gathered]
      pushFrom(pushing, messages, gathered, this.#touched, this.#combiner, this.#arc)
    }
  }

  /** Next values of the touched vertices, and the messages of those that changed. */
  #apply(): void {
    const { apply, value, halts } = this.#program
    const { list, count } = this.#touched
    const gathered = this.#gathered
    const next = this.#next
    for (const [i, name] of Object.keys(value).entries()) {
      const question = this.#question(next[i], name)
      evaluateNext(question, apply[name], this.#before, gathered, this.#round)
    }
    const { identity } = this.#combiner
    if (count === list.length) gathered.fill(identity)
    else for (let k = 0; k < count; k++) gathered[list[k]] = identity
    const senders = this.#senders
    let sending = listChanged(next, this.columns, list, count, senders)
    if (halts !== undefined) {
      const changed = sending
      sending = 0
      for (let k = 0; k < changed; k++) {
        const v = senders[k]
        this.#position.at = v
        if (!halts(this.#after, this.#before, this.#round)) senders[sending++] = v
      }
    }
    this.#round.iteration++
    this.#send(sending)
  }
}

/** Takes messages along arcs of weight 1. */
function alongArcs(
  messages: Float64Array,
  senders: Uint32Array,
  count: number,
  { kind, of }: ArcFunction,
): void {
  if (kind === 'none' || kind === 'multiply') return
  for (let k = 0; k < count; k++) messages[senders[k]] = of(messages[senders[k]], 1)
}

function listTouched(gathered: Float64Array, identity: number, touched: Touched): void {
  let count = 0
  for (let v = 0; v < gathered.length; v++) {
    if (gathered[v] !== identity) touched.list[count++] = v
  }
  touched.count = count
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
