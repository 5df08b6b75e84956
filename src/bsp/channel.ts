/**
 * How collectives reach the wire: beside the messages of a definition, each `send` and `inbox`
 * carries values under a name. Implemented by outbox.ts and inbox.ts, used by collectives/.
 */

/** Key of the channel on a `send` and on an `inbox`. */
export const CHANNEL: unique symbol = Symbol('collectives')

/** What a collective sends with. */
export interface SendChannel {
  readonly rank: number
  readonly processors: number
  /** What has sent in this superstep, by name: emptied by the engine, filled by collectives. */
  readonly sent: Map<string, string>
  /** A value for a rank, under a name that is unique in the superstep. Counts as a message. */
  put(to: number, name: string, value: unknown): void
}

/** What arrived under a name. */
export interface Contribution {
  readonly from: number
  readonly value: unknown
}

/** What a collective receives with. */
export interface InboxChannel {
  readonly rank: number
  readonly processors: number
  /** Values that arrived under a name, by sender. */
  take(name: string): readonly Contribution[]
}

/** Carries a channel. */
export interface Carrier<C> {
  readonly [CHANNEL]: C
}
