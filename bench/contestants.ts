/** Who ranks: this package's devices, JavaScript by hand, other packages. */

import {
  type Device,
  type Graph,
  openDevice,
  type PagerankResult,
  type Precision,
  pagerank,
  type ResidentGraph,
} from 'ticktickclock'
import type { Answer, Contestant, Expected } from './contest.js'
import type { Peer } from './peers.js'
import { iteratePull, preparePull } from './typed-array.js'

/** Names that the table of ratios looks for. */
export const NAMES = {
  reference: 'plain JavaScript',
  typedArray: 'typed-array JavaScript',
} as const

/** By-hand JavaScript rounds as the package does; other packages as they like: both far below. */
const TYPED_ARRAY_LIMIT_L1 = 1e-12
const PEER_LIMIT_L1 = 1e-9

const DAMPING = 0.85

/** Devices opened for a run, closed together. */
export interface OpenDevices {
  reference: Device
  /** One thread, then as many as processors, if that is more. */
  wasm: Device[]
  webgpu: Device | undefined
  /** Name of the GPU, or why there is none. */
  adapter: string
  close(): Promise<void>
}

/** Opens every device of this machine. */
export async function openDevices(threads: number): Promise<OpenDevices> {
  const reference = await openDevice({ kind: 'reference' })
  const counts = threads > 1 ? [1, threads] : [1]
  const wasm: Device[] = []
  for (const count of counts) wasm.push(await openDevice({ kind: 'wasm', threads: count }))
  let webgpu: Device | undefined
  let adapter: string
  try {
    webgpu = await openDevice({ kind: 'webgpu' })
    adapter = webgpu.info.name
  } catch (error) {
    adapter = `none: ${(error as Error).message}`
  }
  const all = [reference, ...wasm, ...(webgpu === undefined ? [] : [webgpu])]
  const close = async () => {
    for (const device of all) await device.dispose()
  }
  return { reference, wasm, webgpu, adapter, close }
}

/** The reference's answers by iterations, each computed once. */
export function expectations(
  device: Device,
  graph: Graph,
): (iterations: number) => Promise<Expected & { residual: number }> {
  const known = new Map<number, Promise<Expected & { residual: number }>>()
  return (iterations) => {
    const before = known.get(iterations)
    if (before !== undefined) return before
    const made = pagerank(graph, { device, iterations, damping: DAMPING }).then((result) => ({
      ranks: result.ranks,
      residual: result.residual,
      roundingBound: roundingBound(result),
    }))
    known.set(iterations, made)
    return made
  }
}

/** The part of the error bound that is not the iteration's own. */
export function roundingBound({
  errorBound,
  residual,
}: Pick<PagerankResult, 'errorBound' | 'residual'>): number {
  return Math.max(1e-15, errorBound - (DAMPING / (1 - DAMPING)) * residual)
}

/** A device that is given the host graph with each call. */
export function freshContestant(graph: Graph, device: Device, precision: Precision): Contestant {
  return {
    name: nameOf(device, precision),
    includes: 'graph in hand: upload, prepare, compute, read',
    limitL1: 0,
    run: async (iterations) => ask(graph, { device, iterations, precision }),
  }
}

function nameOf(device: Device, precision: Precision): string {
  return precision === 'f32' ? `${shortNameOf(device)}, f32` : shortNameOf(device)
}

/** A GPU goes by its kind: reports name the adapter once, in their head. */
export function shortNameOf({ info }: Device): string {
  return info.kind === 'webgpu' ? `WebGPU${info.software ? ' (software)' : ''}` : info.name
}

/** A device that holds the graph: what repeated calls cost. */
export async function residentContestant(
  graph: Graph,
  device: Device,
  precision: Precision,
): Promise<{ contestant: Contestant; resident: ResidentGraph }> {
  const resident = await device.upload(graph)
  const contestant = {
    ...freshContestant(graph, device, precision),
    name: `${freshContestant(graph, device, precision).name}, resident`,
    includes: 'graph on the device and prepared: compute, read',
    run: async (iterations: number) => ask(resident, { iterations, precision }),
  }
  return { contestant, resident }
}

async function ask(
  graph: Graph | ResidentGraph,
  options: { device?: Device; iterations: number; precision: Precision },
): Promise<Answer> {
  const result = await pagerank(graph, { ...options, damping: DAMPING })
  const { ranks, timings } = result
  return { ranks, phases: timings, roundingBound: roundingBound(result) }
}

/** By hand, preparation included. */
export function typedArrayContestant(graph: Graph): Contestant {
  return {
    name: NAMES.typedArray,
    includes: 'graph in hand: turned around by a counting sort, compute',
    limitL1: TYPED_ARRAY_LIMIT_L1,
    run: async (iterations) => {
      const startMs = performance.now()
      const prepared = preparePull(graph)
      const preparedMs = performance.now()
      const ranks = iteratePull(prepared, iterations)
      const computeMs = performance.now() - preparedMs
      const phases = { uploadMs: 0, prepareMs: preparedMs - startMs, computeMs, readMs: 0 }
      return { ranks, phases }
    },
  }
}

/**
 * Another package, its graph built outside the timing.
 *
 * @returns a reason instead, when its stop test can't end at these iterations
 */
export async function peerContestant(
  peer: Peer,
  graph: Graph,
  expect: (iterations: number) => Promise<{ residual: number }>,
  lengths: readonly number[],
): Promise<Contestant | string> {
  const epsilons = new Map<number, number>()
  for (const iterations of lengths) {
    const { residual } = await expect(iterations)
    const before = (await expect(iterations - 1)).residual
    // Below this, rounding decides when a package that sums in another order stops.
    if (!(residual > 1e-15 && residual < 0.9 * before)) {
      return (
        `stops by residual only, which can't tell iteration ${iterations} from the one before ` +
        `(${residual.toExponential(1)}, ${before.toExponential(1)})`
      )
    }
    epsilons.set(iterations, Math.sqrt(residual * before))
  }
  const ranker = await peer.load(graph)
  return {
    name: peer.name,
    includes: `its own graph in hand: ${ranker.includes}`,
    limitL1: PEER_LIMIT_L1,
    isPeer: true,
    run: async (iterations) => {
      const epsilon = epsilons.get(iterations)
      if (epsilon === undefined) throw new Error(`no tolerance for ${iterations} iterations`)
      return ranker.run(epsilon)
    },
    close: () => ranker.close(),
  }
}
