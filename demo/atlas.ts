/**
 * Build time only: the map as data that a page can draw without computing. Projects the outlines
 * and the airports of npm's vega-datasets once, so that neither its 640 kB of county borders nor a
 * projection library reach the page. Called by vite.config.ts.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type GeoProjection, geoAlbersUsa, geoMercator, geoPath } from 'd3-geo'
import { feature, merge, mesh } from 'topojson-client'
import type { GeometryCollection, Polygon, Topology } from 'topojson-specification'
import type { Airport, Atlas } from './data.js'

const WIDTH = 975
const HEIGHT = 610

/** Puerto Rico and the Virgin Islands, which Albers' map of the states leaves out. */
const ISLANDS = ['72', '78']
const INSET = { x: 848, y: 542, width: 122, height: 46 }

/** Outlines and the airports with these codes, in units of a map of 975 × 610. */
export function makeAtlas(folder: string, codes: ReadonlySet<string>): Atlas {
  const topology = JSON.parse(readFileSync(join(folder, 'us-10m.json'), 'utf8')) as Topology
  const states = topology.objects.states as GeometryCollection
  const parts = splitStates(states)
  const mainland = geoAlbersUsa()
    .scale(1300)
    .translate([WIDTH / 2, HEIGHT / 2])
  const inset = geoMercator().fitExtent(
    [
      [INSET.x + 8, INSET.y + 8],
      [INSET.x + INSET.width - 8, INSET.y + INSET.height - 8],
    ],
    feature(topology, parts.islands),
  )
  const land = (projection: GeoProjection, part: GeometryCollection) =>
    geoPath(projection).digits(1)(merge(topology, part.geometries as Polygon[])) ?? ''
  const borders = mesh(topology, parts.mainland, (a, b) => a !== b)
  const airports = readAirports(join(folder, 'airports.csv')).filter(({ code }) => codes.has(code))
  return {
    width: WIDTH,
    height: HEIGHT,
    land: land(mainland, parts.mainland) + land(inset, parts.islands),
    borders: geoPath(mainland).digits(1)(borders) ?? '',
    inset: { ...INSET, label: 'Puerto Rico, Virgin Islands' },
    airports: airports.map(({ longitude, latitude, ...airport }) => {
      const point = mainland([longitude, latitude]) ?? inset([longitude, latitude])
      if (point === null) throw new Error(`${airport.code} has no place on the map`)
      const [x, y] = point.map((value) => Math.round(value * 10) / 10)
      return { ...airport, x, y }
    }),
  }
}

function splitStates(states: GeometryCollection) {
  const isIsland = ({ id }: { id?: string | number }) => ISLANDS.includes(String(id))
  const part = (islands: boolean): GeometryCollection => ({
    type: 'GeometryCollection',
    geometries: states.geometries.filter((state) => isIsland(state) === islands),
  })
  return { mainland: part(false), islands: part(true) }
}

type Place = Omit<Airport, 'x' | 'y'> & { longitude: number; latitude: number }

function readAirports(file: string): Place[] {
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [code, name, city, state, , latitude, longitude] = splitCsv(line)
    // "NA" in both columns means that the airport came without them.
    const place = city === 'NA' && state === 'NA' ? '' : `${city}, ${state}`
    return { code, name, place, longitude: Number(longitude), latitude: Number(latitude) }
  })
}

/** Fields of a line; one with a comma in it stands in quotes. */
function splitCsv(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  )
}
