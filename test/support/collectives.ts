/** Runs one collective between two supersteps, for the tests of collectives. */

import {
  CollectiveError,
  type Context,
  defineComputation,
  type MessageSpec,
  type PlainInbox,
  run,
} from 'ticktickclock/bsp'
import { expect } from 'vitest'

/** Ends of a collective as a test uses them. */
export interface Ends<R> {
  send(send: (to: never, message: never) => void, ctx: Context): void
  receive(inbox: PlainInbox<unknown>, ctx: Context): R
}

/** What a computation's messages are in these tests: plain values, and columns. */
const PLAIN = { kind: 'plain' } as const

/** A computation whose processors send in one superstep and receive in the next. */
export function exchangeComputation<R>({ send, receive }: Ends<R>, spec: MessageSpec = PLAIN) {
  return defineComputation({
    name: 'exchange',
    message: spec as typeof PLAIN,
    initialize: (): { result: R | undefined } => ({ result: undefined }),
    supersteps: [
      { name: 'send', compute() {}, communicate: (_state, out, ctx) => send(out, ctx) },
      {
        name: 'receive',
        compute(state, inbox, ctx) {
          state.result = receive(inbox, ctx)
        },
      },
    ],
    output: (state) => state.result as R,
  })
}

/** Results by rank, and how many messages and bytes it took. */
export async function exchange<R>(processors: number, ends: Ends<R>, spec?: MessageSpec) {
  const options = { input: undefined, processors, transport: 'inline' } as const
  const { result, messages, bytes } = await run(exchangeComputation(ends, spec), options)
  return { results: result, messages, bytes }
}

/** The CollectiveError that an exchange ends in. */
export async function failure(processors: number, ends: Ends<unknown>): Promise<CollectiveError> {
  const error: unknown = await exchange(processors, ends).then(
    () => new Error('nothing failed'),
    (thrown: Error) => thrown.cause ?? thrown,
  )
  expect(error).toBeInstanceOf(CollectiveError)
  return error as CollectiveError
}
