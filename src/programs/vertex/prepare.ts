/**
 * A program ready for its processors: functions and cursors, made once for a definition and thread,
 * so that the code that V8 compiles for them serves every processor and run.
 */

import { type ArcFunction, arcFunctionOf, type Combiner, combinerOf } from './combine.js'
import { type Cursor, cursorOf, type Position } from './cursor.js'
import { type Asked, asked } from './rows.js'
import type { Aggregator, ParameterSpec, ValueSpec, VertexProgramDefinition } from './types.js'

/** A definition whose types don't matter here. */
export type AnyProgram = VertexProgramDefinition<ValueSpec, ParameterSpec, string>

/** An aggregator with its name. */
export interface PreparedAggregator {
  readonly name: string
  readonly combine: 'sum' | 'min' | 'max'
  readonly value: Asked<Aggregator<ValueSpec, ParameterSpec>['value']>
}

/** What processors need of a definition. */
export interface PreparedProgram {
  readonly definition: AnyProgram
  readonly combiner: Combiner
  readonly arc: ArcFunction
  readonly gathersAll: boolean
  readonly message: Asked<AnyProgram['message']>
  /** By column. */
  readonly initialize: readonly Asked<AnyProgram['initialize'][string]>[]
  readonly apply: readonly Asked<AnyProgram['apply'][string]>[]
  readonly aggregators: readonly PreparedAggregator[]
  readonly position: Position
  /** A vertex before the iteration, and after it. */
  readonly before: Cursor<ValueSpec>
  readonly after: Cursor<ValueSpec>
}

export function prepare(definition: AnyProgram): PreparedProgram {
  const { value, initialize, apply, aggregate = {}, combine, edge, message, gather } = definition
  const columns = Object.keys(value)
  const combiner = combinerOf(combine)
  const position = { at: 0 }
  return {
    definition,
    combiner,
    arc: arcFunctionOf(edge),
    gathersAll: (gather ?? (combiner.isExact ? 'changed' : 'all')) === 'all',
    message: asked(message),
    initialize: columns.map((name) => asked(initialize[name])),
    apply: columns.map((name) => asked(apply[name])),
    aggregators: Object.entries(aggregate).map(([name, aggregator]) => ({
      name,
      combine: aggregator.combine,
      value: asked(aggregator.value),
    })),
    position,
    before: cursorOf(value, position),
    after: cursorOf(value, position),
  }
}
