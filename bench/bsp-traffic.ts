/**
 * Messages end to end between two workers, a million a second, and all-to-all of typed batches as a
 * share of what copying the same bytes by as many threads takes.
 */

import type { BspThreads } from './bsp-barrier.js'
import type { BspContest, BspContestant, Measured } from './bsp-contest.js'
import type exchange from './programs/exchange.js'
import type { ExchangeInput } from './programs/exchange.js'
import type rows from './programs/rows.js'
import type { TrafficInput } from './programs/traffic.js'

/** How much is sent. */
export interface TrafficSizes {
  /** Rows of a processor and superstep. */
  rows: number
  /** Timed supersteps. */
  supersteps: number
  /** Doubles of a block of all-to-all. */
  blockLength: number
}

const PROCESSORS = 2
const ONE_BY_ONE = 'typed rows, one by one'
const BATCH = 'typed rows, by batch'
const PLAIN = 'plain numbers, one by one'
const ALL_TO_ALL = 'all-to-all, typed batches'
const MEMCPY = 'memcpy, private memory'
const MEMCPY_SHARED = 'memcpy to shared memory'

/** Messages a second. */
export function messageContest(threads: BspThreads, sizes: TrafficSizes): BspContest {
  const { rows: rowCount, supersteps } = sizes
  return {
    name:
      `Messages, ${PROCESSORS} processors on ${PROCESSORS} workers: ` +
      `${counted(rowCount)} rows each way`,
    unit: 'M/s',
    contestants: [
      rowContestant(BATCH, threads, 'rows', true, sizes),
      rowContestant(ONE_BY_ONE, threads, 'rows', false, sizes),
      rowContestant(PLAIN, threads, 'numbers', false, { ...sizes, rows: Math.ceil(rowCount / 8) }),
    ],
    owed: [
      { of: BATCH, over: 'M/s', says: 'million rows a second by batch', atLeast: 20 },
      { of: ONE_BY_ONE, over: 'M/s', says: 'million rows a second one by one', atLeast: 20 },
    ],
    notes: [
      `${supersteps} supersteps a run; a row is { key: 'u32', value: 'f64' }`,
      'sent, delivered, read and summed; both directions together',
    ],
  }
}

function rowContestant(
  name: string,
  { runtime, moduleUrl }: BspThreads,
  program: 'rows' | 'numbers',
  batch: boolean,
  { rows: rowCount, supersteps: count }: TrafficSizes,
): BspContestant {
  const warmUp = Math.max(2, Math.ceil(count / 4))
  const input: TrafficInput = { rows: rowCount, batch, warmUp, count }
  const perRow = program === 'rows' ? 1 : 2
  const run = async (): Promise<Measured> => {
    const { result } = await runtime.run<typeof rows>(moduleUrl(`programs/${program}.js`), {
      input,
      processors: PROCESSORS,
      transport: 'threads',
      maxSupersteps: warmUp + count + 2,
    })
    const wrong = result.find(({ total }, rank) => total !== expectedTotal(input, rank))
    const complaint = wrong && `received values sum to ${wrong.total}`
    return { ms: Math.max(...result.map(({ ms }) => ms)), complaint }
  }
  const includes = batch ? 'one send.batch' : `${perRow === 1 ? 'a send' : '2 sends'} for each row`
  return { name, includes, count: PROCESSORS * rowCount * count * perRow, run }
}

/** Of i + (i + r/2) over the rows of the other rank r and all supersteps: exact. */
function expectedTotal({ rows: rowCount, warmUp, count }: TrafficInput, rank: number): number {
  const from = (rank + PROCESSORS - 1) % PROCESSORS
  return (warmUp + count) * (rowCount * (rowCount - 1) + (rowCount * from) / 2)
}

/** Bytes a second. */
export function exchangeContest(threads: BspThreads, sizes: TrafficSizes): BspContest {
  const { blockLength: length, supersteps: count } = sizes
  const warmUp = Math.max(2, Math.ceil(count / 4))
  const bytes = PROCESSORS ** 2 * length * 8 * count
  const exchangeOnce = async (input: ExchangeInput): Promise<Measured> => {
    const { runtime, moduleUrl } = threads
    const url = moduleUrl('programs/exchange.js')
    const { result } = await runtime.run<typeof exchange>(url, {
      input,
      processors: PROCESSORS,
      transport: 'threads',
      maxSupersteps: input.warmUp + input.count + 2,
    })
    const blocks = PROCESSORS * (input.warmUp + input.count)
    const wrong = result.find((each) => each.faults > 0 || each.blocks !== blocks)
    const complaint = wrong && `${wrong.faults} wrong values, ${wrong.blocks} blocks of ${blocks}`
    return { ms: Math.max(...result.map(({ ms }) => ms)), complaint }
  }
  const copy = (name: string, isShared: boolean): BspContestant => ({
    name,
    includes: `${PROCESSORS} threads at once: ${PROCESSORS} blocks each, to two places in turn`,
    count: bytes,
    run: async () => {
      const answers = await threads.bare.all((thread) =>
        thread.copy(length, isShared, warmUp, count),
      )
      const complaint = answers.every(([, isRight]) => isRight) ? undefined : 'copies differ'
      return { ms: Math.max(...answers.map(([ms]) => ms)), complaint }
    },
  })
  return {
    name: `All-to-all between ${PROCESSORS} workers: blocks of ${counted(length * 8)} bytes`,
    unit: 'GB/s',
    contestants: [
      {
        name: ALL_TO_ALL,
        includes: `${PROCESSORS} send.batch a processor, barrier, blocks read where they arrive`,
        count: bytes,
        prove: async () => {
          const { complaint } = await exchangeOnce({ length, verify: true, warmUp: 1, count: 3 })
          return complaint
        },
        run: () => exchangeOnce({ length, verify: false, warmUp, count }),
      },
      copy(MEMCPY, false),
      copy(MEMCPY_SHARED, true),
    ],
    owed: [{ of: ALL_TO_ALL, over: MEMCPY, says: 'all-to-all as a share of memcpy', atLeast: 0.5 }],
    notes: [
      `${count} supersteps a run; in all rows ${PROCESSORS} threads copy the same bytes at once`,
      'memcpy is TypedArray.set; all-to-all copies once, into shared memory that is read in place',
    ],
  }
}

function counted(count: number): string {
  return count.toLocaleString('en-US')
}
