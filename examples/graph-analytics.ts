/**
 * What the US flight network looks like, by vertex programs and computations over columns on
 * threads: how many legs from Atlanta, how many kilometres, which airports hang together, how much
 * their neighbours fly to each other; and a vertex program of its own, written here. The answers
 * are checked against each other.
 */

import { graphFromEdges, topVertices } from 'ticktickclock'
import { run } from 'ticktickclock/bsp'
import {
  bfsModule,
  type bfsProgram,
  cdlpModule,
  type cdlpProgram,
  defineVertexProgram,
  lccModule,
  type lccProgram,
  shareGraph,
  ssspModule,
  type ssspProgram,
  triangleModule,
  type triangleProgram,
  UNREACHED,
  wccModule,
  type wccProgram,
} from 'ticktickclock/programs'
import { type Airport, CREDIT, readAirports, readFlights } from './support/airports.js'

const SOURCE = 'ATL'
const EARTH_RADIUS_KM = 6371

const flights = shareGraph(await readFlights())
const airports = await readAirports()
const ids = Array.from({ length: flights.vertexCount }, (_, v) => String(flights.idOf(v)))
const source = flights.indexOf(SOURCE)
const settings = { processors: 4, maxSupersteps: flights.vertexCount + 3 }

/** The shortest way between two airports on the surface of the earth, in kilometres. */
function kilometresBetween(a: number, b: number): number {
  const [from, to] = [ids[a], ids[b]].map((id) => airports.get(id) as Airport)
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const [x, y] = [radians(from.latitude), radians(to.latitude)]
  const east = radians(to.longitude - from.longitude)
  const half = Math.sin((y - x) / 2) ** 2 + Math.cos(x) * Math.cos(y) * Math.sin(east / 2) ** 2
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(half))
}

/** Every route from an airport to another, once. */
const routes = ids.flatMap((_, from) => Array.from(flights.neighbors(from), (to) => [from, to]))
const inKilometres = routes.map(([from, to]): [string, string, number] => [
  ids[from],
  ids[to],
  kilometresBetween(from, to),
])
const distances = shareGraph(graphFromEdges(inKilometres, { vertices: ids }))

const levels = await run<typeof bfsProgram>(bfsModule, {
  ...settings,
  input: { graph: flights, source },
})
const { depth } = levels.result.values
const reached = [...depth.keys()].filter((v) => depth[v] !== UNREACHED)
const deepest = Math.max(...reached.map((v) => depth[v]))
console.log(`${reached.length} of ${ids.length} airports can be reached from ${SOURCE}`)
for (let legs = 1; legs <= deepest; legs++) {
  const there = reached.filter((v) => depth[v] === legs)
  const some = there.slice(0, 8).map((v) => ids[v])
  console.log(`  ${legs} ${legs === 1 ? 'leg ' : 'legs'}  ${there.length}: ${some.join(' ')}`)
}

const paths = await run<typeof ssspProgram>(ssspModule, {
  ...settings,
  input: { graph: distances, source },
})
const { distance } = paths.result.values
const finite = distance.map((km) => (km === Number.POSITIVE_INFINITY ? -1 : km))
console.log('farthest by the shortest way')
for (const { id, value } of topVertices(flights, finite, 3)) {
  const city = airports.get(String(id))?.city ?? ''
  console.log(`  ${id}  ${value.toFixed(0)} km  ${city}`)
}

/** The widest way: how many flights a year its thinnest leg has, at best. */
const widest = defineVertexProgram({
  name: 'widest way',
  parameters: { source: 'vertex' },
  value: { width: 'f64' },
  initialize: {
    width: (vertex, { parameters }) =>
      vertex.index === parameters.source ? Number.POSITIVE_INFINITY : 0,
  },
  starts: (vertex) => vertex.width > 0,
  message: (vertex) => vertex.width,
  edge: (message, flightCount) => Math.min(message, flightCount),
  combine: 'max',
  apply: { width: (vertex, most) => Math.max(vertex.width, most) },
})
const ways = await run(widest, { ...settings, input: { graph: flights, source } })
const { width } = ways.result.values
const narrow = reached.filter((v) => width[v] < 10).map((v) => ids[v])
console.log(`fewer than 10 flights on some leg, whichever way: ${narrow.join(' ')}`)

const components = await run<typeof wccProgram>(wccModule, {
  ...settings,
  input: { graph: flights },
})
const { component } = components.result.values
console.log(`connected, whichever way routes go: ${new Set(component).size} component`)

const clustering = await run<typeof lccProgram>(lccModule, {
  ...settings,
  input: { graph: flights },
})
const { coefficients } = clustering.result
const counted = await run<typeof triangleProgram>(triangleModule, {
  ...settings,
  input: { graph: flights },
})
const { triangles, total } = counted.result
console.log(`${total} triangles; in most of them, and how much neighbours fly to each other`)
for (const { id, value } of topVertices(flights, triangles, 3)) {
  console.log(`  ${id}  ${value}, ${coefficients[flights.indexOf(id)].toFixed(2)}`)
}

const communities = await run<typeof cdlpProgram>(cdlpModule, {
  ...settings,
  input: { graph: flights },
})
const { labels, iterations } = communities.result
console.log(`label propagation: ${new Set(labels).size} community after ${iterations} iterations`)

const checks = {
  'levels, distances and widths reach the same airports': ids.every((_, v) => {
    const ways = [depth[v] !== UNREACHED, distance[v] !== Number.POSITIVE_INFINITY, width[v] > 0]
    return new Set(ways).size === 1
  }),
  'no way is shorter than the straight one, no route shorter than the way': reached.every(
    (v) =>
      distance[v] > kilometresBetween(source, v) - 1e-6 &&
      (depth[v] !== 1 || distance[v] < kilometresBetween(source, v) + 1e-6),
  ),
  'what is reached hangs together': reached.every((v) => component[v] === component[source]),
  'communities stay within components': labels.every(
    (label, v) => component[label] === component[v],
  ),
  'neighbours fly to each other only where there are triangles': ids.every(
    (_, v) => coefficients[v] > 0 === triangles[v] > 0,
  ),
}
for (const [what, holds] of Object.entries(checks)) {
  console.log(`${holds ? 'yes' : 'NO '}  ${what}`)
  if (!holds) process.exitCode = 1
}
console.log(`\n${CREDIT}`)
