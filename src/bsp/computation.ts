/**
 * `defineComputation`: checks a definition and freezes it. What a computation does is in
 * processor.ts, how it is run in coordinator.ts.
 */

import { show } from '../check.js'
import { DefinitionError } from '../errors.js'
import { COLUMN_TYPES } from './columns.js'
import type {
  Computation,
  ComputationDefinition,
  ComputationDescription,
  MessageSpec,
  OptionalPart,
  PlainMessage,
} from './types.js'

/** Marks what `defineComputation` made, across copies of the package. */
const COMPUTATION = Symbol.for('ticktickclock.computation')

const PARTS: readonly OptionalPart[] = [
  ...(['neighbors', 'isEmpty', 'snapshot', 'output'] as const),
  ...(['save', 'restore', 'dispose', 'finalize'] as const),
]
const KEYS = ['name', 'message', 'initialize', 'supersteps', ...PARTS]
const SUPERSTEP_PARTS = ['compute', 'communicate', 'converged'] as const

const PLAIN: PlainMessage<never> = Object.freeze({ kind: 'plain' })

/**
 * Messages that are plain values: anything that structured clone copies, but for class instances.
 *
 * @typeParam M the type of a message; a union for several kinds
 * @example
 * ```ts
 * const spec = message<{ kind: 'rank'; value: number } | { kind: 'done' }>()
 * ```
 */
export function message<M>(): PlainMessage<M> {
  return PLAIN as PlainMessage<M>
}

/**
 * Defines a computation: its state's and its messages' types flow from `initialize` and `message`
 * into every superstep.
 *
 * @returns the definition, checked and frozen
 * @throws DefinitionError that names computation, superstep and remedy
 * @example
 * ```ts
 * const sum = defineComputation({
 *   name: 'sum',
 *   message: message<number>(),
 *   initialize: (input: number[], ctx) => {
 *     const { start, end } = ctx.block(input.length)
 *     return { part: input.slice(start, end), sum: 0 }
 *   },
 *   supersteps: [
 *     {
 *       name: 'add own',
 *       compute(state) {
 *         for (const value of state.part) state.sum += value
 *       },
 *       communicate: (state, send) => send(0, state.sum),
 *     },
 *     {
 *       name: 'add all',
 *       compute(state, inbox) {
 *         state.sum = 0
 *         for (const sum of inbox) state.sum += sum
 *       },
 *     },
 *   ],
 *   finalize: ([{ sum }]) => sum,
 * })
 * const { result } = await run(sum, { input: [1, 2, 3], processors: 2 })
 * ```
 */
export function defineComputation<
  I,
  S,
  P extends MessageSpec = PlainMessage<never>,
  O = S,
  R = O[],
  K = unknown,
>(definition: ComputationDefinition<I, S, P, O, R, K>): Computation<I, S, P, O, R> {
  const name = checkShape(definition)
  checkMessage(name, definition.message)
  checkSupersteps(name, definition.supersteps)
  for (const part of PARTS) checkPart(`computation "${name}"`, definition, part)
  checkPair(name, definition)
  const supersteps = definition.supersteps.map((superstep) => Object.freeze({ ...superstep }))
  const computation = {
    ...definition,
    message: definition.message ?? PLAIN,
    supersteps: Object.freeze(supersteps),
    describe: () => describe(computation as unknown as Computation),
    [COMPUTATION]: true,
  }
  return Object.freeze(computation) as unknown as Computation<I, S, P, O, R>
}

/** Whether a value came from `defineComputation`. */
export function isComputation(value: unknown): value is Computation {
  return typeof value === 'object' && value !== null && COMPUTATION in value
}

function checkShape(definition: unknown): string {
  if (typeof definition !== 'object' || definition === null) {
    throw new DefinitionError(`a computation is an object, got ${show(definition)}`)
  }
  const { name, initialize } = definition as { name?: unknown; initialize?: unknown }
  if (typeof name !== 'string' || name === '') {
    throw new DefinitionError(`a computation needs a "name", a string, got ${show(name)}`)
  }
  checkKeys(`computation "${name}"`, definition, KEYS)
  if (typeof initialize !== 'function') {
    throw new DefinitionError(
      `computation "${name}" needs "initialize", a function from input to the first state of a ` +
        `processor, got ${show(initialize)}`,
    )
  }
  return name
}

function checkKeys(what: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    throw new DefinitionError(`${what} has no part "${key}"; it knows ${known.join(', ')}`)
  }
}

function checkPart(what: string, value: object, part: string): void {
  const found = (value as Record<string, unknown>)[part]
  if (found === undefined || typeof found === 'function') return
  throw new DefinitionError(`${what}: "${part}" must be a function, got ${show(found)}`)
}

/** What one makes, the other reads. */
function checkPair(name: string, { save, restore }: { save?: unknown; restore?: unknown }): void {
  if ((save === undefined) === (restore === undefined)) return
  const [there, missing] = save === undefined ? ['restore', 'save'] : ['save', 'restore']
  throw new DefinitionError(
    `computation "${name}" has "${there}" but no "${missing}": checkpoints need both, or neither`,
  )
}

function checkMessage(name: string, spec: unknown): void {
  if (spec === undefined || spec === PLAIN) return
  const remedy = "write message<M>() for plain values, or columns: { vertex: 'u32', value: 'f64' }"
  if (typeof spec !== 'object' || spec === null || Object.keys(spec).length === 0) {
    throw new DefinitionError(`computation "${name}": "message" is ${show(spec)}; ${remedy}`)
  }
  if ((spec as { kind?: unknown }).kind === 'plain') return
  for (const [column, type] of Object.entries(spec)) {
    if (typeof type === 'string' && type in COLUMN_TYPES) continue
    throw new DefinitionError(
      `computation "${name}": column "${column}" of "message" has type ${show(type)}; the types ` +
        `are ${Object.keys(COLUMN_TYPES).join(', ')}`,
    )
  }
}

function checkSupersteps(name: string, supersteps: unknown): void {
  if (!Array.isArray(supersteps) || supersteps.length === 0) {
    throw new DefinitionError(
      `computation "${name}" needs "supersteps", an array of at least one: ` +
        '{ name, compute, communicate?, converged? }',
    )
  }
  const names = new Set<string>()
  for (const [index, superstep] of supersteps.entries()) {
    if (typeof superstep !== 'object' || superstep === null) {
      throw new DefinitionError(
        `computation "${name}", superstep ${index}: expected an object, got ${show(superstep)}`,
      )
    }
    const own = superstep.name
    if (typeof own !== 'string' || own === '') {
      throw new DefinitionError(
        `computation "${name}", superstep ${index}: needs a "name", a string, got ${show(own)}`,
      )
    }
    const what = `computation "${name}", superstep "${own}"`
    if (names.has(own)) throw new DefinitionError(`${what}: a second one of that name; rename it`)
    names.add(own)
    checkKeys(what, superstep, ['name', ...SUPERSTEP_PARTS])
    for (const part of SUPERSTEP_PARTS) checkPart(what, superstep, part)
    if (superstep.compute === undefined) {
      throw new DefinitionError(
        `${what}: needs "compute", a function (state, inbox, ctx); without it, messages that ` +
          'arrive would be lost',
      )
    }
  }
}

function describe(computation: Computation): ComputationDescription {
  const { name, message: spec, supersteps } = computation
  return {
    name,
    message: (spec as PlainMessage<unknown>).kind === 'plain' ? 'plain' : { ...(spec as object) },
    supersteps: supersteps.map((superstep) => ({
      name: superstep.name,
      communicates: superstep.communicate !== undefined,
      votes: superstep.converged !== undefined,
    })),
    parts: PARTS.filter((part) => computation[part] !== undefined),
  }
}
