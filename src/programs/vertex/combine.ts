/**
 * How messages are combined and what arcs make of them: names and functions of a definition, ready
 * for the loops of gather.ts.
 */

import type { Combination, VertexProgramDefinition } from './types.js'

/** Of messages to one vertex. */
export interface Combiner extends Combination {
  readonly kind: 'sum' | 'min' | 'max' | 'other'
  /** Whether order and repetition don't matter: messages may be pushed. */
  readonly isExact: boolean
}

const COMBINERS: Readonly<Record<'sum' | 'min' | 'max', Combiner>> = {
  sum: { kind: 'sum', isExact: false, identity: 0, combine: (a, b) => a + b },
  min: {
    kind: 'min',
    isExact: true,
    identity: Number.POSITIVE_INFINITY,
    combine: (a, b) => Math.min(b, a),
  },
  max: {
    kind: 'max',
    isExact: true,
    identity: Number.NEGATIVE_INFINITY,
    combine: (a, b) => Math.max(b, a),
  },
}

export function combinerOf(combine: 'sum' | 'min' | 'max' | Combination): Combiner {
  if (typeof combine === 'string') return COMBINERS[combine]
  return { ...combine, kind: 'other', isExact: false }
}

/** What an arc makes of a message. */
export interface ArcFunction {
  readonly kind: 'none' | 'add' | 'multiply' | 'other'
  of(message: number, weight: number): number
}

const ARC_FUNCTIONS: Readonly<Record<'none' | 'add' | 'multiply', ArcFunction>> = {
  none: { kind: 'none', of: (message) => message },
  add: { kind: 'add', of: (message, weight) => message + weight },
  multiply: { kind: 'multiply', of: (message, weight) => message * weight },
}

type Edge = VertexProgramDefinition<never, never, never>['edge']

export function arcFunctionOf(edge: Edge): ArcFunction {
  if (typeof edge === 'function') return { kind: 'other', of: edge }
  return ARC_FUNCTIONS[edge ?? 'none']
}
