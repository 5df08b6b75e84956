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
import { checkSameShare } from '../graph-input.js'
import { combineBlocks, joinTree } from './aggregates.js'
import { type MessageDirection, type Way, waysOf } from './arcs.js'
import type { ArcFunction } from './combine.js'
import { allocate, type ValueArray } from './cursor.js'
import type { VertexCut } from './cut.js'
import { outDegreesOf, outWeightsOf } from './degrees.js'
import { gatherAll, pushFrom, type Touched } from './gather.js'
import { type HALO_MESSAGE, Halo } from './halo.js'
import type { PreparedProgram } from './prepare.js'
import { copyRows, evaluate, evaluateNext, listChanged } from './rows.js'
import { type SlicedRows, sliceRows, sumSliced } from './sliced.js'
import type { ParameterSpec, Round } from './types.js'

/** What a processor is made of. */
export interface PartRequest {
  program: PreparedProgram
  graph: Graph
  parameters: Readonly<Record<string, number>>
  cut: VertexCut
  rank: number
}

type AnyRound = Round<ParameterSpec, string>
type MutableRound = { -readonly [K in keyof AnyRound]: AnyRound[K] }

/** What pushing along an arc to an own vertex costs more than gathering from it. */
const PUSH_COST = 2
/** Part of all possible senders that is few enough to make rows to push along for. */
const FEW = 1 / 64

/** What a checkpoint keeps of a part; the rest follows from the graph and the program. */
export interface SavedPart {
  columns: ValueArray[]
  /** By local number, mirrors included: where all are gathered, they stay. */
  messages: Float64Array
  /** Own vertices that have sent. */
  senders: Uint32Array
  aggregates: Record<string, number>
  iteration: number
}

export class VertexPart {
  /** Columns as they are after the last iteration. */
  readonly columns: ValueArray[]
  readonly halo: Halo
  /** Aggregates that all processors know of, by name. */
  readonly aggregates: Record<string, number> = {}
  readonly #program: PreparedProgram
  readonly #round: MutableRound
  readonly #weighted: boolean
  readonly #ways: Way[]
  readonly #next: ValueArray[]
  readonly #outDegrees: Uint32Array
  readonly #outWeights: Float64Array
  readonly #blockShift: number
  /** By local number; the combiner's identity where there is no message. */
  readonly #messages: Float64Array
  /** Rows for plain sums, once they are needed. */
  #slices: SlicedRows[] | undefined
  readonly #gathered: Float64Array
  /** Local numbers of those who send, own ones first. */
  readonly #senders: Uint32Array
  #ownSenders = 0
  readonly #touched: Touched
  /** What pushing has cost more than gathering would have, had there been rows for it. */
  #lost = 0
  #blocks: Float64Array = new Float64Array(0)

  constructor({ program, graph, parameters, cut, rank }: PartRequest) {
    const { definition, combiner, arc } = program
    const direction: MessageDirection = definition.direction ?? 'out'
    this.#program = program
    this.#weighted = arc.kind !== 'none' && graph.weights !== undefined
    this.#blockShift = cut.blockShift
    const halo = new Halo(graph, direction, cut, rank)
    this.halo = halo
    this.#ways = waysOf(graph, direction, halo, this.#weighted)
    this.columns = allocate(definition.value, halo.ownCount)
    this.#next = allocate(definition.value, halo.ownCount)
    this.#outDegrees = outDegreesOf(graph, direction, halo)
    this.#outWeights = this.#weighted
      ? outWeightsOf(graph, direction, halo)
      : new Float64Array(this.#outDegrees)
    const { vertexCount, arcCount } = graph
    const { aggregates } = this
    this.#round = { vertexCount, arcCount, parameters, aggregates, iteration: 0 }
    const locals = halo.ownCount + halo.mirrors.length
    this.#messages = new Float64Array(locals).fill(combiner.identity)
    this.#gathered = new Float64Array(halo.ownCount).fill(combiner.identity)
    this.#senders = new Uint32Array(locals)
    this.#touched = { list: new Uint32Array(halo.ownCount), count: 0 }
    this.#show()
    this.#begin()
  }

  /** Turns the program's cursors to own vertices: all processors of a thread share them. */
  #show(): void {
    const { first } = this.halo
    const facts = { first, outDegrees: this.#outDegrees, outWeights: this.#outWeights }
    this.#program.before.show({ ...facts, columns: this.columns })
    this.#program.after.show({ ...facts, columns: this.#next })
  }

  get hasAggregators(): boolean {
    return this.#program.aggregators.length > 0
  }

  /** Iterations finished. */
  get iteration(): number {
    return this.#round.iteration
  }

  /** Whether own vertices send messages after the last iteration. */
  get sends(): boolean {
    return this.#ownSenders > 0
  }

  /** Whether the definition's own rule ends the run. */
  get isConverged(): boolean {
    return this.#program.definition.converged?.(this.#round) === true
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
    const { value, starts } = this.#program.definition
    const { list } = this.#touched
    for (let v = 0; v < list.length; v++) list[v] = v
    this.#touched.count = list.length
    for (const [i, name] of Object.keys(value).entries()) {
      evaluate(
        this.#question(this.columns[i], name),
        this.#program.initialize[i],
        this.#program.before.vertex,
        this.#round,
      )
      this.#next[i].set(this.columns[i])
    }
    const senders = this.#senders
    let count = 0
    for (let v = 0; v < list.length; v++) {
      this.#program.position.at = v
      if (starts === undefined || starts(this.#program.before.vertex, this.#round))
        senders[count++] = v
    }
    this.#send(count)
    this.#blocks = this.#combineBlocks()
  }

  /** Of the touched vertices, for a column. */
  #question(into: ValueArray, name: string) {
    const { list: rows, count } = this.#touched
    const { first } = this.halo
    const place = (row: number) => `column "${name}" of vertex ${first + row}`
    return { rows, count, position: this.#program.position, into, place }
  }

  /** Works out the messages of the first `count` senders, which are own vertices. */
  #send(count: number): void {
    const messages = this.#messages
    const senders = this.#senders
    const question = { ...this.#question(messages, ''), rows: senders, count }
    evaluate(question, this.#program.message, this.#program.after.vertex, this.#round)
    // In a graph without weights all arcs do the same: once is enough.
    if (!this.#weighted) alongArcs(messages, senders, count, this.#program.arc)
    this.#ownSenders = count
  }

  save(): SavedPart {
    return {
      columns: this.columns,
      messages: this.#messages,
      senders: this.#senders.slice(0, this.#ownSenders),
      aggregates: this.aggregates,
      iteration: this.iteration,
    }
  }

  /** @throws RangeError when it was saved by a part with other vertices */
  restore({ columns, messages, senders, aggregates, iteration }: SavedPart): void {
    checkSameShare(this.#messages.length, messages.length)
    for (const [i, column] of columns.entries()) {
      this.columns[i].set(column as never)
      this.#next[i].set(column as never)
    }
    this.#messages.set(messages)
    this.#senders.set(senders)
    this.#ownSenders = senders.length
    Object.assign(this.aggregates, aggregates)
    this.#round.iteration = iteration
  }

  /** Publishes the messages of own vertices. */
  publish(send: ColumnSend<typeof HALO_MESSAGE>): void {
    this.halo.publish(send, this.#messages, this.#senders, this.#ownSenders)
  }

  #combineBlocks(): Float64Array {
    const aggregators = this.#program.aggregators
    if (aggregators.length === 0) return this.#blocks
    const own = this.halo.ownCount
    const each = Math.ceil(own / 2 ** this.#blockShift)
    const blocks = new Float64Array(1 + each * aggregators.length)
    blocks[0] = this.#ownSenders
    const vertex = {
      ...{ after: this.#program.after.vertex, before: this.#program.before.vertex },
      ...{ facts: this.#round, position: this.#program.position },
    }
    for (const [i, { combine, value }] of aggregators.entries()) {
      const part = combineBlocks(combine, value, vertex, own, this.#blockShift)
      blocks.set(part, 1 + i * each)
    }
    return blocks
  }

  /** Aggregates of all from the blocks of all; returns how many vertices send. */
  takeBlocks(all: readonly Float64Array[]): number {
    const { length } = this.#program.aggregators
    for (const [i, { name, combine }] of this.#program.aggregators.entries()) {
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
    this.#show()
    const own = this.#ownSenders
    const count = this.halo.receive(inbox, this.#messages, this.#senders, own)
    this.#gather(count)
    this.#apply()
    this.#blocks = this.#combineBlocks()
    this.#turn()
  }

  /** The next values are those of now. */
  #turn(): void {
    const { list, count } = this.#touched
    for (const [i, next] of this.#next.entries()) {
      // Where all have applied, nothing of those before is needed.
      if (this.#program.gathersAll) [this.columns[i], this.#next[i]] = [next, this.columns[i]]
      else copyRows(next, this.columns[i], list, count)
    }
  }

  /** Fills `#gathered` and the list of touched vertices. */
  #gather(senderCount: number): void {
    const touched = this.#touched
    const { identity } = this.#program.combiner
    const messages = this.#messages
    const gathered = this.#gathered
    if (this.#pushes(senderCount)) {
      touched.count = 0
      this.#push(senderCount)
    } else {
      const { combiner, arc } = this.#program
      if (combiner.kind === 'sum' && !this.#weighted) {
        this.#slices ??= this.#ways.map((way) => sliceRows(way.gatherRows(), messages.length))
        for (const rows of this.#slices) sumSliced(rows, messages, gathered)
      } else {
        for (const way of this.#ways) gatherAll(way.gatherRows(), messages, gathered, combiner, arc)
      }
      if (!this.#program.gathersAll) listTouched(gathered, identity, touched)
    }
    // Where all are gathered, messages stay, and so does the list of all vertices.
    if (this.#program.gathersAll) return
    for (let k = 0; k < senderCount; k++) messages[this.#senders[k]] = identity
  }

  /** Whether to push: few arcs, or no rows to gather from that would be worth making. */
  #pushes(senderCount: number): boolean {
    if (this.#program.gathersAll || !this.#program.combiner.isExact) return false
    let pushed = 0
    let gathered = 0
    let making = 0
    // Arcs to own vertices, of all.
    const share = this.halo.ownCount / this.#round.vertexCount
    for (const way of this.#ways) {
      if (!way.hasPushRows && senderCount > this.#senders.length * FEW) return false
      const { starts, ends } = way.pushRows()
      const arcs = way.pushesGlobally ? share * ends.length : ends.length
      gathered += arcs
      making += arcs * way.gatherRowsCost
      const cost = 1 + PUSH_COST * (way.pushesGlobally ? share : 1)
      for (let k = 0; k < senderCount; k++) {
        const row = this.#rowOf(way, this.#senders[k])
        pushed += cost * (starts[row + 1] - starts[row])
      }
    }
    if (pushed <= gathered) return true
    // As much may be lost without rows to gather from as making them costs.
    this.#lost += making === 0 ? 0 : pushed - gathered
    return this.#lost < making
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
      pushFrom(
        pushing,
        messages,
        gathered,
        this.#touched,
        this.#program.combiner,
        this.#program.arc,
      )
    }
  }

  /** Next values of the touched vertices, and the messages of those that changed. */
  #apply(): void {
    const { value, halts } = this.#program.definition
    const { list, count } = this.#touched
    const gathered = this.#gathered
    const next = this.#next
    for (const [i, name] of Object.keys(value).entries()) {
      const question = this.#question(next[i], name)
      evaluateNext(
        question,
        this.#program.apply[i],
        this.#program.before.vertex,
        gathered,
        this.#round,
      )
    }
    const { identity } = this.#program.combiner
    if (count === list.length) gathered.fill(identity)
    else for (let k = 0; k < count; k++) gathered[list[k]] = identity
    const senders = this.#senders
    let sending = listChanged(next, this.columns, list, count, senders)
    if (halts !== undefined) {
      const changed = sending
      sending = 0
      for (let k = 0; k < changed; k++) {
        const v = senders[k]
        this.#program.position.at = v
        if (!halts(this.#program.after.vertex, this.#program.before.vertex, this.#round))
          senders[sending++] = v
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
