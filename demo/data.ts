/**
 * What the page loads: the map, made by atlas.ts at build time. The flights are read by the worker.
 */

/** An airport and its place on the map. */
export interface Airport {
  /** Three letters, its id in the graph. */
  code: string
  name: string
  /** City and state, for people; may be empty. */
  place: string
  x: number
  y: number
}

/** The map, in its own units. */
export interface Atlas {
  width: number
  height: number
  /** SVG path of the coasts and the borders to other countries. */
  land: string
  /** SVG path of the borders between states. */
  borders: string
  /** Frame of the islands that lie elsewhere. */
  inset: { x: number; y: number; width: number; height: number; label: string }
  airports: Airport[]
}

/** Places of the data, relative to the page. */
export const ATLAS_FILE = 'data/atlas.json'
export const FLIGHTS_FILE = 'data/flights-airport.csv'

/** @throws Error in words when the map can't be had */
export async function loadAtlas(): Promise<Atlas> {
  let response: Response
  try {
    response = await fetch(ATLAS_FILE)
  } catch (cause) {
    throw new Error(`the map (${ATLAS_FILE}) can't be fetched`, { cause })
  }
  const type = response.headers.get('content-type') ?? ''
  // A server of single-page sites answers everything with its page.
  if (!response.ok || type.includes('html')) {
    throw new Error(`the map (${ATLAS_FILE}) is missing: the server answered ${response.status}`)
  }
  return response.json()
}
