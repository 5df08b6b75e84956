/**
 * The US flight network from npm's vega-datasets: routes with numbers of flights, and what the
 * airports are called.
 */

import { readFile } from 'node:fs/promises'
import { type Graph, readGraph } from 'ticktickclock'

/** Who the data comes from. */
export const CREDIT =
  'Data: flights by the US Bureau of Transportation Statistics, airports by the US government,\n' +
  'both as collected by vega-datasets (BSD-3-Clause).'

/** Line of airports.csv. */
export interface Airport {
  name: string
  city: string
  state: string
  /** In degrees, north and east. */
  latitude: number
  longitude: number
}

const folder = new URL('../data/', import.meta.resolve('vega-datasets'))

/** Airports and the routes between them, weighted by flights. */
export function readFlights(): Promise<Graph> {
  return readGraph(new URL('flights-airport.csv', folder), { weights: 'count' })
}

/** Airports by their three-letter code. */
export async function readAirports(): Promise<Map<string, Airport>> {
  const text = await readFile(new URL('airports.csv', folder), 'utf8')
  const rows = text.trim().split('\n').slice(1).map(splitCsv)
  return new Map(
    rows.map(([code, name, city, state, _country, latitude, longitude]) => [
      code,
      { name, city, state, latitude: Number(latitude), longitude: Number(longitude) },
    ]),
  )
}

/** Fields of a line; one with a comma in it stands in quotes. */
function splitCsv(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  )
}
