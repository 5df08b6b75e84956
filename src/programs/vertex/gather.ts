/**
 * The hot loops of vertex programs: gathering messages row by row, and pushing those of a few
 * senders. Each common pair of combination and arc function has a loop of its own, without calls;
 * all others share one.
 *
 * Both give the same bits: pushing is for minimum and maximum only, where order doesn't matter.
 */

import type { Rows } from './arcs.js'
import type { ArcFunction, Combiner } from './combine.js'

/**
 * Combines the messages to each row into `gathered`, which holds what came before. Plain sums have
 * rows of their own (sliced.ts).
 */
export function gatherAll(
  rows: Rows,
  messages: Float64Array,
  gathered: Float64Array,
  combiner: Combiner,
  arc: ArcFunction,
): void {
  const isPlain = arc.kind === 'none' || rows.weights === undefined
  if (isPlain && combiner.kind === 'min') minRows(rows, messages, gathered)
  else if (combiner.kind === 'min' && arc.kind === 'add') minPlusRows(rows, messages, gathered)
  else if (combiner.kind === 'sum' && arc.kind === 'multiply') {
    sumTimesRows(rows, messages, gathered)
  } else combineRows(rows, messages, gathered, combiner, arc)
}

function minRows({ starts, base, ends }: Rows, messages: Float64Array, gathered: Float64Array) {
  let arc = 0
  for (let row = 0; row < gathered.length; row++) {
    const end = starts[row + 1] - base
    let least = gathered[row]
    for (; arc < end; arc++) {
      const message = messages[ends[arc]]
      if (message < least) least = message
    }
    gathered[row] = least
  }
}

function minPlusRows(rows: Rows, messages: Float64Array, gathered: Float64Array) {
  const { starts, base, ends } = rows
  const weights = rows.weights as Float64Array
  let arc = 0
  for (let row = 0; row < gathered.length; row++) {
    const end = starts[row + 1] - base
    let least = gathered[row]
    for (; arc < end; arc++) {
      const message = messages[ends[arc]] + weights[arc]
      if (message < least) least = message
    }
    gathered[row] = least
  }
}

function sumTimesRows(rows: Rows, messages: Float64Array, gathered: Float64Array) {
  const { starts, base, ends } = rows
  const weights = rows.weights as Float64Array
  let arc = 0
  for (let row = 0; row < gathered.length; row++) {
    const end = starts[row + 1] - base
    let sum = gathered[row]
    for (; arc < end; arc++) sum += messages[ends[arc]] * weights[arc]
    gathered[row] = sum
  }
}

/** A message that is the identity is none: the arc's function isn't asked. */
function combineRows(
  { starts, base, ends, weights }: Rows,
  messages: Float64Array,
  gathered: Float64Array,
  { combine, identity }: Combiner,
  { of }: ArcFunction,
) {
  let arc = 0
  for (let row = 0; row < gathered.length; row++) {
    const end = starts[row + 1] - base
    let all = gathered[row]
    for (; arc < end; arc++) {
      const message = messages[ends[arc]]
      if (message === identity) continue
      all = combine(all, weights === undefined ? message : of(message, weights[arc]))
    }
    gathered[row] = all
  }
}

/** Own vertices that have been sent something, in the order of the first message. */
export interface Touched {
  readonly list: Uint32Array
  count: number
}

/** Who pushes, and where rows begin. */
export interface Pushing {
  readonly rows: Rows
  /** Local numbers of the senders. */
  readonly senders: Uint32Array
  readonly count: number
  /** The row of each sender. */
  rowOf(sender: number): number
  /** Number in the graph of the first own vertex. */
  readonly first: number
}

/** Combines the senders' messages into `gathered`, and lists whom they have reached. */
export function pushFrom(
  pushing: Pushing,
  messages: Float64Array,
  gathered: Float64Array,
  touched: Touched,
  combiner: Combiner,
  arc: ArcFunction,
): void {
  const isPlain = arc.kind === 'none' || pushing.rows.weights === undefined
  if (isPlain && combiner.kind === 'min') pushMin(pushing, messages, gathered, touched)
  else if (arc.kind === 'add' && combiner.kind === 'min') {
    pushMinPlus(pushing, messages, gathered, touched)
  } else pushOthers(pushing, messages, gathered, touched, combiner, arc)
}

function pushMin(
  pushing: Pushing,
  messages: Float64Array,
  gathered: Float64Array,
  touched: Touched,
) {
  const { senders, first } = pushing
  const { starts, ends } = pushing.rows
  const { list } = touched
  let count = touched.count
  for (let k = 0; k < pushing.count; k++) {
    const message = messages[senders[k]]
    const row = pushing.rowOf(senders[k])
    for (let arc = starts[row], end = starts[row + 1]; arc < end; arc++) {
      const target = (ends[arc] - first) >>> 0
      if (target >= gathered.length) continue
      const before = gathered[target]
      if (!(message < before)) continue
      if (before === Number.POSITIVE_INFINITY) list[count++] = target
      gathered[target] = message
    }
  }
  touched.count = count
}

function pushMinPlus(
  pushing: Pushing,
  messages: Float64Array,
  gathered: Float64Array,
  touched: Touched,
) {
  const { senders, first } = pushing
  const { starts, ends } = pushing.rows
  const weights = pushing.rows.weights as Float64Array
  const { list } = touched
  let count = touched.count
  for (let k = 0; k < pushing.count; k++) {
    const message = messages[senders[k]]
    const row = pushing.rowOf(senders[k])
    for (let arc = starts[row], end = starts[row + 1]; arc < end; arc++) {
      const target = (ends[arc] - first) >>> 0
      if (target >= gathered.length) continue
      const before = gathered[target]
      const along = message + weights[arc]
      if (!(along < before)) continue
      if (before === Number.POSITIVE_INFINITY) list[count++] = target
      gathered[target] = along
    }
  }
  touched.count = count
}

function pushOthers(
  pushing: Pushing,
  messages: Float64Array,
  gathered: Float64Array,
  touched: Touched,
  { combine, identity }: Combiner,
  { of }: ArcFunction,
) {
  const { senders, first } = pushing
  const { starts, ends, weights } = pushing.rows
  for (let k = 0; k < pushing.count; k++) {
    const message = messages[senders[k]]
    if (message === identity) continue
    const row = pushing.rowOf(senders[k])
    for (let arc = starts[row], end = starts[row + 1]; arc < end; arc++) {
      const target = (ends[arc] - first) >>> 0
      if (target >= gathered.length) continue
      const before = gathered[target]
      const after = combine(before, weights === undefined ? message : of(message, weights[arc]))
      if (after === before) continue
      if (before === identity) touched.list[touched.count++] = target
      gathered[target] = after
    }
  }
}
