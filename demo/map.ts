/**
 * The map: outlines, airports as circles whose area is their PageRank, labels of the top ones, and
 * a tip for the airport under the pointer. Circles glide to new ranks unless people ask for less
 * motion. For screen readers it is one image; the page's tables say the same in words.
 */

import type { Graph } from 'ticktickclock'
import type { Airport, Atlas } from './data.js'
import { drawRoutes, routesOf } from './routes.js'
import type { Ranks } from './session.js'
import { addSvg } from './svg.js'

/** Radius of a circle with rank 1, in units of the map. */
const RADIUS = 112
/** Part of the way to its new size that a circle goes in a frame. */
const GLIDE = 0.22
const NEAR_PX = 14

export interface AirportMap {
  /** The network: circles without ranks, and the lines between them. */
  setGraph(graph: Graph): void
  /** New ranks, and the vertices to label, the first first. */
  show(ranks: Ranks, top: readonly number[]): void
  /** Marks one airport; undefined marks none. */
  point(code: string | undefined): void
}

/** Builds the map in this element. */
export function createMap(container: HTMLElement, atlas: Atlas): AirportMap {
  const viewBox = `0 0 ${atlas.width} ${atlas.height}`
  // The lines lie between land and airports, so these are two pictures.
  drawLand(addSvg(container, 'svg', { viewBox, 'aria-hidden': 'true' }), atlas)
  const canvas = container.appendChild(document.createElement('canvas'))
  const svg = addSvg(container, 'svg', {
    viewBox,
    role: 'img',
    'aria-label': 'Map of the United States with a circle for each airport, sized by PageRank.',
  })
  const circles = new Circles(addSvg(svg, 'g', { class: 'airports' }), atlas)
  const labels = addSvg(svg, 'g', { class: 'labels' })
  const fit = watchSize(container, canvas, atlas)
  const tip = createTip(container, atlas, circles)
  let shown: readonly number[] = []
  fit.onResize = () => drawLabels(labels, circles, shown, fit.unit())

  return {
    setGraph(graph) {
      circles.setGraph(graph)
      fit.drawRoutes(routesOf(graph, circles.places))
    },
    show(ranks, top) {
      circles.show(ranks)
      shown = top
      drawLabels(labels, circles, top, fit.unit())
      tip.refresh()
    },
    point: (code) => circles.point(code),
  }
}

function drawLand(svg: SVGSVGElement, { land, borders, inset }: Atlas): void {
  const { label, ...frame } = inset
  addSvg(svg, 'path', { class: 'land', d: land })
  addSvg(svg, 'path', { class: 'borders', d: borders })
  addSvg(svg, 'rect', { class: 'inset', rx: 4, ...frame })
  const corner = { x: frame.x + frame.width, y: frame.y + frame.height + 13 }
  addSvg(svg, 'text', { class: 'inset-label', ...corner }, label)
}

/** One circle an airport, in the graph's order. */
class Circles {
  places: Airport[]
  ranks: ArrayLike<number> = []
  readonly #elements = new Map<string, SVGCircleElement>()
  #radii: Float64Array = new Float64Array(0)
  #goals: Float64Array = new Float64Array(0)
  #frame = 0
  #pointed: SVGCircleElement | undefined

  constructor(group: SVGGElement, atlas: Atlas) {
    this.places = atlas.airports
    for (const { code, x, y } of atlas.airports) {
      this.#elements.set(code, addSvg(group, 'circle', { cx: x, cy: y, r: 1.5 }))
    }
  }

  setGraph(graph: Graph): void {
    const byCode = new Map(this.places.map((airport) => [airport.code, airport]))
    this.places = Array.from({ length: graph.vertexCount }, (_, vertex) => {
      const code = String(graph.idOf(vertex))
      const place = byCode.get(code)
      if (place === undefined) throw new Error(`the map does not know the airport ${code}`)
      return place
    })
    this.#radii = new Float64Array(graph.vertexCount).fill(1.5)
    this.#goals = this.#radii.slice()
  }

  radiusOf(vertex: number): number {
    return this.#goals[vertex]
  }

  show(ranks: Ranks): void {
    this.ranks = ranks
    this.#goals = Float64Array.from(ranks, (rank) => Math.max(1.2, RADIUS * Math.sqrt(rank)))
    cancelAnimationFrame(this.#frame)
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.#glide(still ? 1 : GLIDE)
  }

  #glide(part: number): void {
    let furthest = 0
    this.places.forEach(({ code }, vertex) => {
      const way = this.#goals[vertex] - this.#radii[vertex]
      if (Math.abs(way) < 0.01) return
      furthest = Math.max(furthest, Math.abs(way))
      this.#radii[vertex] += part * way
      this.#elements.get(code)?.setAttribute('r', this.#radii[vertex].toFixed(2))
    })
    if (furthest > 0) this.#frame = requestAnimationFrame(() => this.#glide(part))
  }

  point(code: string | undefined): void {
    this.#pointed?.classList.remove('pointed')
    this.#pointed = code === undefined ? undefined : this.#elements.get(code)
    this.#pointed?.classList.add('pointed')
  }
}

/** Codes above the circles of the top airports; one that would cover another is left out. */
function drawLabels(
  group: SVGGElement,
  circles: Circles,
  top: readonly number[],
  unit: number,
): void {
  const boxes: { left: number; right: number; top: number; bottom: number }[] = []
  const texts = top.flatMap((vertex) => {
    const { x, y, code } = circles.places[vertex]
    const base = y - circles.radiusOf(vertex) - 3 * unit
    const half = 16 * unit
    const box = { left: x - half, right: x + half, top: base - 12 * unit, bottom: base }
    const isFree = boxes.every(
      (other) =>
        box.right < other.left ||
        box.left > other.right ||
        box.bottom < other.top ||
        box.top > other.bottom,
    )
    if (!isFree) return []
    boxes.push(box)
    return [{ x, y: base, code }]
  })
  group.replaceChildren()
  for (const { x, y, code } of texts) addSvg(group, 'text', { x, y }, code)
}

/** Draws the lines anew when the size or the colour scheme changes, and keeps letters readable. */
function watchSize(container: HTMLElement, canvas: HTMLCanvasElement, atlas: Atlas) {
  let routes: ReturnType<typeof routesOf> = []
  let stop = () => {}
  const redraw = () => {
    stop()
    stop = drawRoutes(canvas, atlas, routes)
  }
  const watcher = {
    onResize: () => {},
    /** Units of the map in a pixel of the page. */
    unit: () => atlas.width / Math.max(1, container.clientWidth),
    drawRoutes(given: typeof routes) {
      routes = given
      redraw()
    },
  }
  let width = 0
  new ResizeObserver(() => {
    if (container.clientWidth === width) return
    width = container.clientWidth
    container.style.setProperty('--unit', watcher.unit().toFixed(3))
    redraw()
    watcher.onResize()
  }).observe(container)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  return watcher
}

/** Name and rank of the airport under the pointer. */
function createTip(container: HTMLElement, atlas: Atlas, circles: Circles) {
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.hidden = true
  // The tables say it to screen readers.
  tip.setAttribute('aria-hidden', 'true')
  container.append(tip)
  let vertex: number | undefined

  const write = () => {
    if (vertex === undefined) return
    const { code, name, place } = circles.places[vertex]
    const rank = circles.ranks[vertex]
    const better = Array.from(circles.ranks).filter((other) => other > rank).length
    const standing = rank === undefined ? '' : `\nnumber ${better + 1}, rank ${rank.toFixed(4)}`
    tip.textContent = `${code} ${name}${place === '' ? '' : `\n${place}`}${standing}`
  }
  container.addEventListener('pointermove', (event) => {
    const bounds = container.getBoundingClientRect()
    const scale = atlas.width / bounds.width
    const at = { x: (event.clientX - bounds.left) * scale, y: (event.clientY - bounds.top) * scale }
    vertex = nearest(circles, at, NEAR_PX * scale)
    tip.hidden = vertex === undefined
    circles.point(vertex === undefined ? undefined : circles.places[vertex].code)
    if (vertex === undefined) return
    write()
    const { x, y } = circles.places[vertex]
    const left = Math.min(x / scale + 12, bounds.width - tip.offsetWidth)
    tip.style.left = `${Math.max(0, left)}px`
    tip.style.top = `${y / scale + 14}px`
  })
  container.addEventListener('pointerleave', () => {
    tip.hidden = true
    circles.point(undefined)
  })
  return {
    refresh() {
      if (!tip.hidden) write()
    },
  }
}

/** The airport whose circle is nearest, counted from its edge. */
function nearest(circles: Circles, at: { x: number; y: number }, within: number) {
  let found: number | undefined
  let least = within
  circles.places.forEach(({ x, y }, vertex) => {
    const distance = Math.hypot(x - at.x, y - at.y)
    const away = Math.max(0, distance - (circles.radiusOf(vertex) || 0)) + distance * 1e-3
    if (away > least) return
    least = away
    found = vertex
  })
  return found
}
