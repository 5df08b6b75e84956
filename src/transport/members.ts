/**
 * What transports share whose members are workers of pools: which ranks a member hosts, what it
 * gives back, and how the answers of all are gathered.
 */

import { GRACE_MS } from '../limits.js'
import { type PackedError, packError, unpackError } from '../packed-error.js'
import { isLateBy } from '../turn.js'
import { type Endpoint, RunEnded } from './transport.js'

/** Ranks that a member hosts: consecutive ones, their numbers differing by one at most. */
export function ranksOf(member: number, members: number, processors: number): number[] {
  const firstOf = (each: number) => Math.floor((each * processors) / members)
  const first = firstOf(member)
  return Array.from({ length: firstOf(member + 1) - first }, (_, i) => first + i)
}

/** What a member's job gives. */
export type MemberReply = { value: unknown } | { error: PackedError } | { released: true }

/** A member's part of a run, as `runMember` of bsp/member.ts. */
export type RunMember = (endpoint: Endpoint, argument: never) => Promise<unknown>

/** A member's job, seen from its worker. */
export interface MemberJob {
  /** URL of the module with `runMember`. */
  module: string
  /** The function itself, where the worker brought its own. */
  run: RunMember | undefined
  argument: unknown
}

/**
 * Runs a member.
 *
 * @param onFailure called before the answer when it fails: releases the others
 */
export async function replyOf(
  endpoint: Endpoint,
  { module, run, argument }: MemberJob,
  onFailure: () => void = () => {},
): Promise<MemberReply> {
  try {
    const runMember =
      run ?? (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)).runMember
    return { value: await runMember(endpoint, argument as never) }
  } catch (error) {
    if (error instanceof RunEnded) return { released: true }
    onFailure()
    return { error: packError(error) }
  }
}

/**
 * The members' replies. When one has failed, those that don't come back are not waited for: they
 * count as released.
 *
 * @param start begins the members' jobs, and tells of each reply
 * @param discard ends the workers of members that don't come back
 */
export async function gatherReplies(
  members: number,
  start: (onReply: (reply: MemberReply, member: number) => void) => Promise<MemberReply[]>,
  discard: () => void,
): Promise<MemberReply[]> {
  const known: MemberReply[] = Array.from({ length: members }, () => ({ released: true }))
  let fail: () => void = () => {}
  const failed = new Promise<void>((resolve) => {
    fail = resolve
  })
  const all = start((reply, member) => {
    known[member] = reply
    if ('error' in reply) fail()
  })
  all.catch(() => {})
  const isLate = await Promise.race([all, failed.then(() => isLateBy(all, GRACE_MS))])
  if (isLate !== true) return all
  discard()
  return known
}

/** The values of all members; throws the first error, by rank. */
export function valuesOf(replies: readonly MemberReply[]): unknown[] {
  for (const reply of replies) if ('error' in reply) throw unpackError(reply.error)
  return replies.map((reply) => {
    if ('value' in reply) return reply.value
    throw new RunEnded()
  })
}
