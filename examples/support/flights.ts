/**
 * Three million flights within the United States in 2001, from npm's vega-datasets: when each left,
 * how late it arrived, from where to where.
 */

import { readFile } from 'node:fs/promises'
import { parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

/** Who the data comes from. */
export const CREDIT =
  'Data: flights by the US Bureau of Transportation Statistics, as collected by vega-datasets\n' +
  '(BSD-3-Clause).'

/** Columns of equal length. */
export interface Flights {
  /** Scheduled departure, microseconds since 1970 in local time. */
  times: BigInt64Array
  /** Minutes; early ones are negative. */
  delays: BigInt64Array
  /** Codes of airports. */
  origins: string[]
  destinations: string[]
}

/** Reads the file, ZSTD inside. */
export async function readFlights(): Promise<Flights> {
  const folder = new URL('../data/', import.meta.resolve('vega-datasets'))
  const bytes = await readFile(new URL('flights-3m.parquet', folder))
  const file = Uint8Array.from(bytes).buffer
  return {
    times: BigInt64Array.from(await readColumn<bigint>(file, 'date')),
    delays: BigInt64Array.from(await readColumn<bigint>(file, 'delay')),
    origins: await readColumn<string>(file, 'origin'),
    destinations: await readColumn<string>(file, 'destination'),
  }
}

async function readColumn<T>(file: ArrayBuffer, name: string): Promise<T[]> {
  const values: T[] = []
  await parquetRead({
    file,
    columns: [name],
    compressors,
    // As they are stored: microseconds, not dates of milliseconds.
    parsers: { timestampFromMicroseconds: (micros) => micros },
    onChunk({ columnData, rowStart }) {
      for (let i = 0; i < columnData.length; i++) values[rowStart + i] = columnData[i]
    },
  })
  return values
}
