/**
 * Packages that sort, loaded from bench/node_modules when they are there: nodejs-polars (its own
 * threads) and DuckDB (threads as many as it likes), whose columns are built outside the timing and
 * read back for the proof only, and radix-sorter, which finds the order of typed arrays of up to
 * 32 bits an element.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { ArrayContestant } from './array-contest.js'
import { benchFolder } from './machine.js'
import { type BenchArrays, type BenchType, differenceOf } from './random-arrays.js'

type Values = BenchArrays[BenchType]

interface Series {
  sort(): Series
  argSort(): Series
  toTypedArray(): Values
}
interface Polars {
  Series(name: string, values: Values, type: unknown): Series
  UInt32: unknown
  UInt64: unknown
  Float32: unknown
  Float64: unknown
}
/** The class itself; `sort` returns its own array of places, valid until the next one. */
type RadixSorter = new (length: number) => { sort(values: Values): Uint32Array }
interface Chunk {
  readonly rowCount: number
  setColumnValues(column: number, values: readonly unknown[]): void
  getColumnValues(column: number): readonly (number | bigint)[]
}
interface Connection {
  run(sql: string): Promise<{ fetchChunk(): Promise<Chunk | null> }>
  createAppender(table: string): Promise<{ appendDataChunk(chunk: Chunk): void; closeSync(): void }>
  closeSync(): void
}
interface Duckdb {
  DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }>
  }
  DuckDBDataChunk: { create(types: readonly unknown[], rowCount: number): Chunk }
  UINTEGER: unknown
  UBIGINT: unknown
  FLOAT: unknown
  DOUBLE: unknown
}

/** Rows of one of DuckDB's chunks. */
const CHUNK_ROWS = 2048

const POLARS_TYPES = { u32: 'UInt32', u64: 'UInt64', f32: 'Float32', f64: 'Float64' } as const
const DUCKDB_TYPES = { u32: 'UINTEGER', u64: 'UBIGINT', f32: 'FLOAT', f64: 'DOUBLE' } as const

/** What radix-sorter does with other types, by its own documentation. */
const NOT_BY_RADIX = 'sorts 64-bit elements by insertion only, in quadratic time: not asked'

/** Contestants that could be opened, and why others could not. */
export interface OpenPeers {
  contestants: ArrayContestant[]
  missing: string[]
}

type OpenPeer = (
  name: string,
  type: BenchType,
  values: Values,
  sorted: Values,
) => ArrayContestant | Promise<ArrayContestant>

/** Those that are installed and sort this type, and why the others do not. */
export function openSortPeers(type: BenchType, values: Values, sorted: Values): Promise<OpenPeers> {
  const peers: [string, OpenPeer][] = [
    ['nodejs-polars', polarsContestant],
    ['@duckdb/node-api', duckdbContestant],
    ['radix-sorter', radixContestant],
  ]
  return openPeers(peers, type, values, sorted)
}

/** The same for the order of values. */
export function openOrderPeers(
  type: BenchType,
  values: Values,
  sorted: Values,
): Promise<OpenPeers> {
  const peers: [string, OpenPeer][] = [
    ['nodejs-polars', polarsOrder],
    ['radix-sorter', radixOrder],
  ]
  return openPeers(peers, type, values, sorted)
}

async function openPeers(
  peers: readonly [string, OpenPeer][],
  type: BenchType,
  values: Values,
  sorted: Values,
): Promise<OpenPeers> {
  const contestants: ArrayContestant[] = []
  const missing: string[] = []
  for (const [name, open] of peers) {
    if (name === 'radix-sorter' && (type === 'u64' || type === 'f64')) {
      missing.push(`${name}: ${NOT_BY_RADIX}`)
      continue
    }
    try {
      contestants.push(await open(name, type, values, sorted))
    } catch (error) {
      const [reason] = (error as Error).message.split('\n')
      missing.push(`${name}: ${reason}; npm run bench installs it`)
    }
  }
  return { contestants, missing }
}

function load<T>(name: string): { module: T; version: string } {
  const require = createRequire(join(benchFolder(), 'package.json'))
  const { version } = require(`${name}/package.json`) as { version: string }
  return { module: require(name) as T, version }
}

const polarsContestant: OpenPeer = async (name, type, values, sorted) => {
  const { module: polars, version } = load<Polars>(name)
  const series = polars.Series('v', values, polars[POLARS_TYPES[type]])
  let result = series
  return {
    name: `${name} ${version}`,
    includes: 'its own column to a new one',
    run: async () => {
      result = series.sort()
    },
    complaint: () => differenceOf(result.toTypedArray(), sorted),
  }
}

const polarsOrder: OpenPeer = (name, type, values, sorted) => {
  const { module: polars, version } = load<Polars>(name)
  const series = polars.Series('v', values, polars[POLARS_TYPES[type]])
  let order = series
  return {
    name: `${name} ${version}`,
    includes: 'its own column to a column of places',
    run: async () => {
      order = series.argSort()
    },
    complaint: async () => orderComplaint(order.toTypedArray() as Uint32Array, values, sorted),
  }
}

const radixContestant: OpenPeer = (name, _type, values, sorted) => {
  const { module: Sorter, version } = load<RadixSorter>(name)
  const sorter = new Sorter(values.length)
  const own = values.slice() as Float64Array
  const into = values.slice() as Float64Array
  return {
    name: `${name} ${version}`,
    includes: 'places of the values in order, then the values by it to a given array',
    run: async () => {
      const order = sorter.sort(own)
      for (let i = 0; i < order.length; i++) into[i] = own[order[i]]
    },
    complaint: () => differenceOf(into, sorted),
  }
}

const radixOrder: OpenPeer = (name, _type, values, sorted) => {
  const { module: Sorter, version } = load<RadixSorter>(name)
  const sorter = new Sorter(values.length)
  const own = values.slice()
  let order = new Uint32Array()
  return {
    name: `${name} ${version}`,
    includes: 'array to its own array of places',
    run: async () => {
      order = sorter.sort(own) as Uint32Array<ArrayBuffer>
    },
    complaint: async () => orderComplaint(order, values, sorted),
  }
}

/** What is wrong with an order: it must name every place once, and put the values in order. */
export async function orderComplaint(
  order: Uint32Array,
  values: Values,
  sorted: Values,
): Promise<string | undefined> {
  if (order.length !== values.length) return `${order.length} places of ${values.length}`
  const seen = new Uint8Array(values.length)
  for (let i = 0; i < order.length; i++) {
    if (seen[order[i]]++ !== 0) return `place ${order[i]} is named twice, or doesn't exist`
    if (!Object.is(values[order[i]], sorted[i])) return `[${i}] is place ${order[i]}, a wrong one`
  }
  return undefined
}

const duckdbContestant: OpenPeer = async (name, type, values, sorted) => {
  const { module: duckdb, version } = load<Duckdb>(name)
  const instance = await duckdb.DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`CREATE TABLE t (v ${DUCKDB_TYPES[type]})`)
  const appender = await connection.createAppender('t')
  for (let i = 0; i < values.length; i += CHUNK_ROWS) {
    const rows = Array.from(values.subarray(i, i + CHUNK_ROWS) as ArrayLike<number | bigint>)
    const chunk = duckdb.DuckDBDataChunk.create([duckdb[DUCKDB_TYPES[type]]], rows.length)
    chunk.setColumnValues(0, rows)
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
  return {
    name: `DuckDB ${version}`,
    includes: 'its own table to a new one, ORDER BY',
    run: () => connection.run('CREATE OR REPLACE TEMP TABLE s AS SELECT v FROM t ORDER BY v'),
    complaint: async () => {
      const rows = await connection.run('SELECT v FROM s')
      const all: (number | bigint)[] = []
      for (let chunk = await rows.fetchChunk(); chunk?.rowCount; chunk = await rows.fetchChunk()) {
        for (const value of chunk.getColumnValues(0)) all.push(value)
      }
      return differenceOf(all, sorted)
    },
    close: async () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
