/**
 * Packages that sort columns, loaded from bench/node_modules when they are there: nodejs-polars
 * (its own threads) and DuckDB (threads as many as it likes). Their columns are built outside the
 * timing; each sorts into a column of its own, and is read back for the proof only.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { ArrayContestant } from './array-contest.js'
import { benchFolder } from './machine.js'
import { type BenchArrays, type BenchType, differenceOf } from './random-arrays.js'

type Values = BenchArrays[BenchType]

interface Series {
  sort(): Series
  toTypedArray(): Values
}
interface Polars {
  Series(name: string, values: Values, type: unknown): Series
  UInt32: unknown
  UInt64: unknown
  Float64: unknown
}
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
  DOUBLE: unknown
}

/** Rows of one of DuckDB's chunks. */
const CHUNK_ROWS = 2048

const POLARS_TYPES = { u32: 'UInt32', u64: 'UInt64', f64: 'Float64' } as const
const DUCKDB_TYPES = { u32: 'UINTEGER', u64: 'UBIGINT', f64: 'DOUBLE' } as const

/** Those that are installed, and why the others are not. */
export async function openSortPeers(
  type: BenchType,
  values: Values,
  sorted: Values,
): Promise<{ contestants: ArrayContestant[]; missing: string[] }> {
  const contestants: ArrayContestant[] = []
  const missing: string[] = []
  const peers = [
    { name: 'nodejs-polars', open: polarsContestant },
    { name: '@duckdb/node-api', open: duckdbContestant },
  ]
  for (const { name, open } of peers) {
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

async function polarsContestant(
  name: string,
  type: BenchType,
  values: Values,
  sorted: Values,
): Promise<ArrayContestant> {
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

async function duckdbContestant(
  name: string,
  type: BenchType,
  values: Values,
  sorted: Values,
): Promise<ArrayContestant> {
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
