/**
 * The lines between the airports, on a canvas under the map: drawn once for each size and colour
 * scheme, a few hundred a frame, so that the page's thread is never held up.
 */

import type { Graph } from 'ticktickclock'
import type { Atlas } from './data.js'

/** A line and how strong it is, 0 … 1. */
interface Route {
  from: { x: number; y: number }
  to: { x: number; y: number }
  strength: number
}

const ROUTES_PER_FRAME = 400
/** How far a line bends aside, as a part of its length. */
const BEND = 0.12

/** Both directions of a connection as one line, the faint ones first. */
export function routesOf(graph: Graph, places: readonly { x: number; y: number }[]): Route[] {
  const flights = new Map<string, { a: number; b: number; count: number }>()
  let most = 0
  for (let source = 0; source < graph.vertexCount; source++) {
    for (let arc = graph.offsets[source]; arc < graph.offsets[source + 1]; arc++) {
      const target = graph.targets[arc]
      const [a, b] = source < target ? [source, target] : [target, source]
      const known = flights.get(`${a} ${b}`)
      const count = (known?.count ?? 0) + (graph.weights?.[arc] ?? 1)
      flights.set(`${a} ${b}`, { a, b, count })
      most = Math.max(most, count)
    }
  }
  return [...flights.values()]
    .sort((x, y) => x.count - y.count)
    .map(({ a, b, count }) => ({
      from: places[a],
      to: places[b],
      strength: Math.sqrt(count / most),
    }))
}

/** Draws all routes, from the first; returns a function that stops it. */
export function drawRoutes(canvas: HTMLCanvasElement, atlas: Atlas, routes: Route[]): () => void {
  const context = canvas.getContext('2d')
  const { clientWidth } = canvas
  if (context === null || clientWidth === 0) return () => {}
  const scale = (clientWidth / atlas.width) * Math.min(2, devicePixelRatio)
  canvas.width = Math.round(atlas.width * scale)
  canvas.height = Math.round(atlas.height * scale)
  context.scale(scale, scale)
  const colour = getComputedStyle(canvas).getPropertyValue('--route')
  let next = 0
  let frame = requestAnimationFrame(drawSome)
  function drawSome() {
    const end = Math.min(routes.length, next + ROUTES_PER_FRAME)
    for (; next < end; next++) drawRoute(context as CanvasRenderingContext2D, routes[next], colour)
    if (next < routes.length) frame = requestAnimationFrame(drawSome)
  }
  return () => cancelAnimationFrame(frame)
}

function drawRoute(
  context: CanvasRenderingContext2D,
  { from, to, strength }: Route,
  colour: string,
): void {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  // Lines bend upwards, whichever end comes first.
  const side = dx < 0 ? -BEND : BEND
  context.beginPath()
  context.moveTo(from.x, from.y)
  context.quadraticCurveTo(from.x + dx / 2 + dy * side, from.y + dy / 2 - dx * side, to.x, to.y)
  context.lineWidth = 0.3 + 1.5 * strength
  context.strokeStyle = `rgb(${colour} / ${(0.03 + 0.42 * strength).toFixed(3)})`
  context.stroke()
}
