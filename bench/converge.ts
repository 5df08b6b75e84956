/**
 * PageRank until it has converged, beside python-igraph, which solves the linear system by PRPACK
 * and takes neither a number of iterations nor a tolerance. Every answer's distance to ranks that
 * were iterated far longer stands in the report: the same work only where these are alike.
 */

import { type Device, type Graph, pagerank } from 'ticktickclock'
import {
  type ArrayContestant,
  type ArrayEffort,
  type ArrayReport,
  holdArrayContest,
} from './array-contest.js'
import { NAMES, type OpenDevices } from './contestants.js'
import type { Peer } from './peers.js'
import { loadPython } from './python.js'
import type { OwnTimes } from './rounds.js'
import { distanceL1 } from './statistics.js'
import { iterateUntil, preparePull } from './typed-array.js'

/** What our devices stop at, the package's default; PRPACK's own is the same. */
const TOLERANCE = 1e-10
/** What "exact" is here: as far as doubles go. */
const EXACT_TOLERANCE = 1e-14
/** Another package passes within this (L1). */
const PEER_LIMIT_L1 = 1e-9
const DAMPING = 0.85

/** Ranks that stand for the exact ones. */
export interface Exact {
  ranks: Float64Array
  errorBound: number
}

/** What the contest needs to know. */
export interface ConvergenceSettings {
  effort: ArrayEffort
  peers: boolean
  seed: number
  filter: RegExp | undefined
}

/** The contest on a graph, undirected and simple. */
export async function holdConvergence(
  graph: Graph,
  name: string,
  settings: ConvergenceSettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const exact = await exactRanks(graph, devices.reference)
  const contestants = ownContestants(graph, devices, exact)
  const missing: string[] = []
  const about: string[] = []
  const over: string[] = [NAMES.reference, NAMES.typedArray]
  if (settings.peers) {
    const peer = await loadPython('igraph')
    if (typeof peer === 'string') missing.push(`python-igraph: ${peer}`)
    else {
      say(`building the graph of ${peer.name}`)
      contestants.push(await peerContestant(peer, graph, exact))
      over.push(peer.name)
      if (peer.about !== undefined) about.push(peer.about)
    }
  } else missing.push('other packages: left out by --no-peers')
  const head = { name: `${name} to convergence, tolerance ${TOLERANCE}`, unit: 'arc' }
  const counted = { valueCount: graph.arcCount, seed: settings.seed }
  const effort = { ...settings.effort, filter: settings.filter }
  return holdArrayContest({ ...head, ...counted, over, missing, about }, contestants, effort, say)
}

/** Iterated far beyond what is asked of the contestants. */
export function exactRanks(graph: Graph, device: Device): Promise<Exact> {
  const options = { damping: DAMPING, tolerance: EXACT_TOLERANCE, maxIterations: 1000 }
  return pagerank(graph, { ...options, device, precision: 'f64' })
}

/** This package, and JavaScript by hand. */
export function ownContestants(
  graph: Graph,
  { reference, wasm }: OpenDevices,
  exact: Exact,
): ArrayContestant[] {
  let ranks = new Float64Array()
  const byHand: ArrayContestant = {
    name: NAMES.typedArray,
    includes: 'graph in hand: turned around by a counting sort, compute',
    run: async () => {
      ranks = iterateUntil(preparePull(graph), TOLERANCE) as Float64Array<ArrayBuffer>
    },
    ...distances(
      () => ranks,
      exact,
      () => PEER_LIMIT_L1,
    ),
  }
  const own = [reference, ...wasm].map((device) => deviceContestant(graph, device, exact))
  return [own[0], byHand, ...own.slice(1)]
}

function deviceContestant(graph: Graph, device: Device, exact: Exact): ArrayContestant {
  let last: Exact = { ranks: new Float64Array(), errorBound: 0 }
  const options = { device, damping: DAMPING, tolerance: TOLERANCE, precision: 'f64' } as const
  return {
    name: device.info.name,
    includes: 'graph in hand: upload, prepare, compute, read',
    run: async () => {
      last = await pagerank(graph, options)
    },
    ...distances(
      () => last.ranks,
      exact,
      () => last.errorBound + exact.errorBound,
    ),
  }
}

/** A package that is asked for its best. */
export async function peerContestant(
  peer: Peer,
  graph: Graph,
  exact: Exact,
): Promise<ArrayContestant> {
  const ranker = await peer.load(graph)
  let ranks: ArrayLike<number> = []
  let own: OwnTimes | undefined
  return {
    name: peer.name,
    includes: `its own graph in hand: ${ranker.includes}`,
    run: async () => {
      const answer = await ranker.run(TOLERANCE)
      ranks = answer.ranks
      own = answer.own
    },
    ownTimes: () => own,
    ...distances(
      () => ranks,
      exact,
      () => PEER_LIMIT_L1,
    ),
    close: () => ranker.close(),
  }
}

function distances(
  ranks: () => ArrayLike<number>,
  exact: Exact,
  limitL1: () => number,
): Pick<ArrayContestant, 'complaint' | 'distanceL1'> {
  const distance = () => distanceL1(ranks(), exact.ranks)
  return {
    distanceL1: distance,
    complaint: async () => {
      if (distance() <= limitL1()) return
      const [far, allowed] = [distance(), limitL1()].map((value) => value.toExponential(1))
      return `L1 ${far} from the exact ranks, ${allowed} allowed; not timed`
    },
  }
}
