/**
 * What every member of a transport does in a run: makes its processors, takes them through the
 * supersteps, brings their outputs together. All members come to the same decisions, because they
 * depend on nothing but the answers of `exchange`. Loaded by URL on other threads.
 */

import { GRACE_MS } from '../limits.js'
import { epochMs } from '../time/system.js'
import type { Endpoint, MaybePromise } from '../transport/transport.js'
import { isLateBy, nextTurn } from '../turn.js'
import { readSection } from './checkpoint/section.js'
import { loadComputation } from './load.js'
import { openInput, type PackedInput } from './plain.js'
import { Processor } from './processor.js'
import type { Computation } from './types.js'

/** Argument of a run, the same for every member. */
export interface MemberArgument {
  /**
   * The computation, or the URL of the module whose default export it is; undefined where the
   * worker brings its own.
   */
  computation: Computation | string | undefined
  input: PackedInput
  maxSupersteps: number
  seed: number
  /** Supersteps from one checkpoint to the next; undefined: none are taken. */
  every?: number | undefined
  /** The checkpoint to go on from. */
  from?: { block: Uint8Array; superstep: number } | undefined
}

/** How a run ended, and what it gave. */
export interface MemberOutcome {
  reason: StopReason
  supersteps: number
  rounds: number
  /** Messages of the last superstep to this member's processors, which nobody read. */
  undelivered: number
  /** What its processors sent. */
  messages: number
  bytes: number
  /** Only from the member that hosts rank 0. */
  result: unknown
}

/**
 * Why a run ended: every processor voted to; one round was all there was to do; `maxSupersteps`.
 */
export type StopReason = 'converged' | 'finished' | 'limit'

/** Work without a turn of the event loop: what a thread prints gets out, aborts get in. */
const TURN_MS = 10

/** The member's part of a run. */
export async function runMember(
  endpoint: Endpoint,
  argument: MemberArgument,
): Promise<MemberOutcome> {
  const computation = await loadComputation(argument.computation)
  const processors: Processor[] = []
  let outcome: MemberOutcome
  try {
    const input = openInput(argument.input)
    let agreed = true
    for (const rank of endpoint.ranks) {
      const processor = new Processor(endpoint, rank, computation, argument.seed)
      processors.push(processor)
      agreed = await begin(processor, argument, input)
    }
    await endpoint.exchange(true)
    const end = await runSupersteps(endpoint, processors, computation, argument, agreed)
    const sum = (of: (processor: Processor) => number) =>
      processors.reduce((total, processor) => total + of(processor), 0)
    outcome = {
      ...end,
      undelivered: sum((processor) => processor.countUnread()),
      messages: sum((processor) => processor.sentMessages),
      bytes: sum((processor) => processor.sentBytes),
      result: await collect(endpoint, processors),
    }
  } catch (error) {
    await comeBack(processors)
    // What went wrong first is what is told.
    await disposeAll(endpoint, processors).catch(() => {})
    throw error
  }
  await disposeAll(endpoint, processors)
  return outcome
}

/** After a fault: other processors' steps may still go on, on states and in memory of this run. */
async function comeBack(processors: readonly Processor[]): Promise<void> {
  for (const processor of processors) processor.close()
  await isLateBy(Promise.all(processors.map((processor) => processor.going)), GRACE_MS)
}

/** @throws the first error, when all have been disposed */
async function disposeAll(endpoint: Endpoint, processors: readonly Processor[]): Promise<void> {
  const errors: unknown[] = []
  for (const processor of processors) {
    endpoint.enter(processor.rank, 'finishing')
    await processor.dispose().catch((error) => errors.push(error))
    endpoint.enter(processor.rank, 'ended')
  }
  if (errors.length > 0) throw errors[0]
}

/** Makes a processor ready; whether all votes of the round so far were to stop. */
async function begin(
  processor: Processor,
  { from }: MemberArgument,
  input: unknown,
): Promise<boolean> {
  if (from === undefined) {
    await processor.initialize(input)
    return true
  }
  const record = readSection(from.block, processor.rank)
  await processor.restore(record, input, from.superstep)
  return record.agreed
}

async function runSupersteps(
  endpoint: Endpoint,
  processors: readonly Processor[],
  { supersteps }: Computation,
  { maxSupersteps, every, from }: MemberArgument,
  agreedBefore: boolean,
): Promise<Pick<MemberOutcome, 'reason' | 'supersteps' | 'rounds'>> {
  const votes = supersteps.some(({ converged }) => converged !== undefined)
  let turnMs = epochMs()
  let step = from?.superstep ?? 0
  let index = step % supersteps.length
  let rounds = (step - index) / supersteps.length
  let agreed = agreedBefore
  // A function of the step alone: all members take the same ones.
  let nextSave = every === undefined ? Number.POSITIVE_INFINITY : step - (step % every) + every
  while (step < maxSupersteps) {
    const vote = stepAll(processors, (each) => each.step(index, step, rounds))
    const answer = endpoint.exchange(typeof vote === 'boolean' ? vote : await vote)
    agreed = (typeof answer === 'boolean' ? answer : await answer) && agreed
    step++
    if (++index === supersteps.length) {
      index = 0
      rounds++
      if (!votes) return { reason: 'finished', supersteps: step, rounds }
      if (agreed) return { reason: 'converged', supersteps: step, rounds }
      agreed = true
    }
    if (step === nextSave) {
      nextSave += every as number
      await saveAll(endpoint, processors, agreed, step)
    }
    const nowMs = epochMs()
    if (nowMs - turnMs > TURN_MS) {
      await nextTurn()
      turnMs = nowMs
    }
  }
  return { reason: 'limit', supersteps: step, rounds }
}

/** This member's part of a checkpoint. */
async function saveAll(
  endpoint: Endpoint,
  processors: readonly Processor[],
  agreed: boolean,
  step: number,
): Promise<void> {
  for (const { rank } of processors) endpoint.enter(rank, 'saving')
  const sections: Uint8Array[] = []
  for (const processor of processors) sections.push(await processor.save(agreed, step))
  await endpoint.save(step, sections)
  for (const { rank } of processors) endpoint.enter(rank, 'waiting')
}

/** Processors whose steps are promises go on side by side. */
function stepAll(
  processors: readonly Processor[],
  step: (processor: Processor) => MaybePromise<boolean>,
): MaybePromise<boolean> {
  let agreed = true
  const pending: Promise<boolean>[] = []
  for (const processor of processors) {
    const vote = step(processor)
    if (typeof vote === 'boolean') agreed = vote && agreed
    else pending.push(vote)
  }
  if (pending.length === 0) return agreed
  return Promise.all(pending).then((votes) => agreed && !votes.includes(false))
}

/** The result, where rank 0 is; undefined elsewhere. */
async function collect(endpoint: Endpoint, processors: readonly Processor[]): Promise<unknown> {
  const hasAll = processors.length === endpoint.processors
  const own: unknown[] = []
  for (const processor of processors) {
    const output = await processor.output()
    if (hasAll) own.push(output)
    else processor.sendOutput(output)
  }
  if (!hasAll) await endpoint.exchange(true, false)
  const [first] = processors
  if (first.rank !== 0) return undefined
  return first.finalize(hasAll ? own : [...first.receiveOutputs()])
}
