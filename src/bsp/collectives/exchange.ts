/**
 * What all collectives have in common: a name, both ends, and the checks that turn a misuse into an
 * error. A contribution travels with what made it (kind, operation), so that ends that don't fit
 * are found. The collectives themselves are in the other files of this folder.
 */

import { show } from '../../check.js'
import { CollectiveError } from '../../errors.js'
import { type Carrier, CHANNEL, type InboxChannel, type SendChannel } from '../channel.js'
import type { ColumnInbox, ColumnSpec, PlainInbox } from '../types.js'

/** The `send` that `communicate` is given, of any computation. */
export type AnySend = (to: never, message: never) => void

/** The `inbox` that `compute` is given, of any computation. */
export type AnyInbox = PlainInbox<unknown> | ColumnInbox<ColumnSpec>

/** A value that arrived, and who sent it. */
export interface Received<T> {
  readonly from: number
  readonly value: T
}

/** Both ends of a collective; `kind` and `detail` must be the same at both. */
export class Exchange {
  readonly name: string
  readonly kind: string
  /** Operation or root, in words; empty where there is neither. */
  readonly detail: string

  constructor(kind: string, name: unknown, detail = '') {
    if (typeof name !== 'string' || name === '') {
      throw new TypeError(`"name" expected string, not empty, got ${show(name)}`)
    }
    this.kind = kind
    this.name = name
    this.detail = detail
  }

  /** The way out, claimed for this collective in this superstep. */
  open(send: AnySend): SendChannel {
    const channel = (send as unknown as Partial<Carrier<SendChannel>> | undefined)?.[CHANNEL]
    if (channel === undefined) {
      throw new TypeError(`"send" expected what "communicate" is given, got ${show(send)}`)
    }
    const other = channel.sent.get(this.name)
    if (other !== undefined) {
      const twice = other === this.kind ? 'has sent' : `is the name of ${article(other)} that sent`
      this.fail(
        `${twice} in this superstep already (rank ${channel.rank}); send once in a superstep, or ` +
          'make another collective with a name of its own',
      )
    }
    channel.sent.set(this.name, this.kind)
    return channel
  }

  /** A value for a rank. */
  put(channel: SendChannel, to: number, value: unknown): void {
    channel.put(to, this.name, [this.kind, this.detail, value])
  }

  /** Where a receiver is. */
  close(inbox: AnyInbox): InboxChannel {
    const channel = (inbox as unknown as Partial<Carrier<InboxChannel>> | undefined)?.[CHANNEL]
    if (channel !== undefined) return channel
    throw new TypeError(`"inbox" expected what "compute" is given, got ${show(inbox)}`)
  }

  /**
   * What arrived, by rank: one value from each of `senders`, none from others.
   *
   * @param senders ascending
   */
  take<T>(channel: InboxChannel, senders: readonly number[]): Received<T>[] {
    const arrived = channel.take(this.name)
    const values = arrived.map(({ from, value }) => ({ from, value: this.#unwrap<T>(from, value) }))
    this.#checkDetails(arrived)
    const expected = new Set(senders)
    const from = new Set(values.map((each) => each.from))
    const strange = [...from].filter((rank) => !expected.has(rank))
    if (strange.length > 0) {
      this.fail(`${ranksText(strange)} sent, but only ${ranksText(senders)} should`)
    }
    const missing = senders.filter((rank) => !from.has(rank))
    if (missing.length > 0) {
      this.fail(
        `nothing arrived from ${ranksText(missing)}; each must call send() in "communicate" of ` +
          'the superstep before the one that receives',
      )
    }
    return values
  }

  /** A rank of this run. */
  checkRoot(root: number, processors: number): void {
    if (root < processors) return
    this.fail(`root is rank ${root}, but the ranks are 0 to ${processors - 1}`)
  }

  /** @throws CollectiveError */
  fail(problem: string): never {
    throw new CollectiveError(`${this.kind} "${this.name}": ${problem}`)
  }

  #unwrap<T>(from: number, envelope: unknown): T {
    const [kind, , value] = envelope as [string, string, T]
    if (kind === this.kind) return value
    return this.fail(
      `rank ${from} sent to ${article(kind)} of that name; give every collective a name of its own`,
    )
  }

  #checkDetails(arrived: readonly { from: number; value: unknown }[]): void {
    if (arrived.length === 0) return
    const details = arrived.map(({ value }) => (value as [string, string, unknown])[1])
    const remedy = 'use one and the same collective everywhere'
    const other = details.findIndex((detail) => detail !== details[0])
    if (other > 0) {
      const [first, second] = [arrived[0].from, arrived[other].from]
      this.fail(
        `rank ${first} used ${details[0]}, rank ${second} used ${details[other]}; ${remedy}`,
      )
    }
    if (details[0] !== this.detail) {
      this.fail(`the senders used ${details[0]}, the receiver uses ${this.detail}; ${remedy}`)
    }
  }
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}

/** `rank 3`, `ranks 0, 2, 5`, at most eight of them. */
export function ranksText(ranks: readonly number[]): string {
  const listed = ranks.slice(0, 8).join(', ')
  const more = ranks.length > 8 ? ` and ${ranks.length - 8} more` : ''
  return `${ranks.length === 1 ? 'rank' : 'ranks'} ${listed}${more}`
}

/** first … end - 1. */
export function ranksBetween(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
}
