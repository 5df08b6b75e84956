/**
 * Sum types for states and messages: `variants` makes the constructors of a discriminated union,
 * `match` takes a value of one apart. Variants are plain objects with a `kind`, so that they
 * survive structured clone, messages and checkpoints: no classes that another thread would lack.
 */

import { show } from './check.js'
import { VariantError } from './errors.js'

/** A value of a discriminated union: `kind` says which of its forms it has. */
export interface Variant {
  readonly kind: string
}

/** Makes the fields of a form, from arguments; `kind` is not among them. */
export type VariantFields = (...args: never[]) => object & { readonly kind?: never }

/** An object of that kind with these fields. */
export type VariantWith<K extends string, F> = F extends unknown
  ? { [P in keyof ({ readonly kind: K } & F)]: ({ readonly kind: K } & F)[P] }
  : never

/** Constructors of a union by kind, as `variants` returns them. */
export type Variants<F extends Readonly<Record<string, VariantFields>>> = {
  readonly [K in keyof F & string]: (...args: Parameters<F[K]>) => VariantWith<K, ReturnType<F[K]>>
}

/**
 * The union that constructors make: `type State = VariantOf<typeof State>`.
 *
 * @typeParam C the constructors
 */
export type VariantOf<C extends Readonly<Record<string, (...args: never[]) => Variant>>> =
  ReturnType<C[keyof C]>

/** A function for every kind; or for some, and `_` for all others. */
export type Cases<V extends Variant> =
  | { readonly [K in V['kind']]: (value: Extract<V, { readonly kind: K }>) => unknown }
  | ({ readonly [K in V['kind']]?: (value: Extract<V, { readonly kind: K }>) => unknown } & {
      /** For all other kinds. */
      readonly _: (value: V) => unknown
    })

/**
 * Makes the constructors of a discriminated union: a function a kind, which returns what the given
 * one returns, and the `kind`.
 *
 * @param forms for each kind a function from arguments to fields; `() => ({})` for none
 * @returns constructors of plain objects `{ kind, … }`; their type is `VariantOf<typeof …>`
 * @throws TypeError for a form that isn't a function, RangeError for one called `_`; a constructor
 *   throws TypeError when its fields are no object, or have a `kind` of their own
 * @example
 * ```ts
 * const State = variants({
 *   computing: (work: number) => ({ work }),
 *   waiting: () => ({}),
 * })
 * type State = VariantOf<typeof State>
 * const states: State[] = [State.computing(3), State.waiting()]
 * console.log(states) // [ { kind: 'computing', work: 3 }, { kind: 'waiting' } ]
 * ```
 */
export function variants<const F extends Readonly<Record<string, VariantFields>>>(
  forms: F & { readonly _?: never },
): Variants<F> {
  if (typeof forms !== 'object' || forms === null) {
    throw new TypeError(`"forms" expected object of functions, got ${show(forms)}`)
  }
  const constructors = Object.entries(forms).map(([kind, fields]) => {
    if (kind === '_') throw new RangeError('"_" is no kind: match takes it for all others')
    if (typeof fields !== 'function') {
      throw new TypeError(
        `"forms" expected for "${kind}" a function from arguments to fields, got ${show(fields)}`,
      )
    }
    return [kind, constructorOf(kind, fields as (...args: unknown[]) => unknown)] as const
  })
  return Object.freeze(Object.fromEntries(constructors)) as unknown as Variants<F>
}

function constructorOf(kind: string, fields: (...args: unknown[]) => unknown) {
  return (...args: unknown[]): Variant => {
    const made = fields(...args)
    if (typeof made !== 'object' || made === null || 'kind' in made) {
      const got = typeof made === 'object' && made !== null ? 'one of its own' : show(made)
      throw new TypeError(`variant "${kind}" expected fields without "kind", got ${got}`)
    }
    return { kind, ...made }
  }
}

/**
 * Takes a value of a discriminated union apart: calls the function of its kind. The compiler
 * refuses a missing kind, unless there is `_` for all others, and one that the union doesn't have.
 *
 * @param value of any union told apart by `kind`, made by `variants` or not
 * @returns what the function returned
 * @throws VariantError for a kind without a function, as only unchecked data can have; TypeError
 *   for a value without a `kind`
 * @example
 * ```ts
 * type State = { kind: 'computing'; work: number } | { kind: 'waiting' } | { kind: 'done' }
 * const load = (state: State) => match(state, { computing: ({ work }) => work, _: () => 0 })
 * console.log(load({ kind: 'computing', work: 3 }), load({ kind: 'done' })) // 3 0
 * ```
 */
export function match<V extends Variant, C extends Cases<V>>(
  value: V,
  cases: C & { readonly [K in Exclude<keyof C, V['kind'] | '_'>]: never },
): ReturnType<Extract<C[keyof C], (...args: never[]) => unknown>> {
  const kind: unknown = (value as Partial<Variant> | null | undefined)?.kind
  if (typeof kind !== 'string') {
    throw new TypeError(`"value" expected object with a "kind", a string, got ${show(value)}`)
  }
  const known: Readonly<Record<string, unknown>> = cases
  const name = Object.hasOwn(known, kind) && known[kind] !== undefined ? kind : '_'
  const take = Object.hasOwn(known, name) ? known[name] : undefined
  if (typeof take !== 'function') throw new VariantError(kind, Object.keys(cases))
  return take(value)
}
