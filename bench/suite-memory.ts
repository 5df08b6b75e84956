/**
 * The memory suite: a large edge list is written to a temporary file, also as Matrix Market, and
 * processes of their own read and rank it. Their peak memory, less that of the same process on a
 * file of one edge, is reported per edge.
 */

import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edgeTextBlocks } from './edge-text.js'
import { repository } from './machine.js'
import type { Section } from './section.js'
import { formatNumber } from './table.js'

/** What to read and rank. */
export interface MemorySettings {
  scale: number
  edgeFactor: number
  seed: number
}

/** One way to use the file. */
export interface MemoryReport {
  name: string
  device: string
  scale: number
  seed: number
  fileBytes: number
  vertexCount: number
  edgeCount: number
  peakBytes: number
  /** The same process on one edge. */
  emptyBytes: number
  bytesPerEdge: number
  readMs: number
  rankMs?: number
}

interface ChildReport {
  device: string
  edgeCount: number
  vertexCount: number
  readMs: number
  rankMs?: number
  peakBytes: number
}

type Format = 'snap' | 'matrix-market'

const FILES: Readonly<Record<Format, string>> = { snap: 'rmat.txt', 'matrix-market': 'rmat.mtx' }

const CASES = [
  { name: 'readGraph, directed', mode: 'read', direction: 'directed', format: 'snap' },
  { name: 'readGraph + pagerank, directed', mode: 'rank', direction: 'directed', format: 'snap' },
  { name: 'readGraph, undirected', mode: 'read', direction: 'undirected', format: 'snap' },
  {
    ...{ name: 'readGraph + pagerank, undirected', mode: 'rank', direction: 'undirected' },
    format: 'snap',
  },
  {
    ...{ name: 'readGraph, Matrix Market', mode: 'read', direction: 'directed' },
    format: 'matrix-market',
  },
] as const

/** Writes the file, runs all cases, removes it. */
export async function runMemorySuite(
  settings: MemorySettings,
  say: (line: string) => void,
): Promise<MemoryReport[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-bench-'))
  try {
    const tiny = join(folder, 'tiny.txt')
    say(`memory: writing R-MAT ${settings.scale}`)
    for (const format of ['snap', 'matrix-market'] as const) {
      writeEdges(join(folder, FILES[format]), settings, format)
    }
    writeFileSync(tiny, '0\t1\n')
    return CASES.map(({ name, mode, direction, format }) => {
      say(`memory: ${name}`)
      const file = join(folder, FILES[format])
      const fileBytes = statSync(file).size
      const empty = runChild(tiny, mode, direction)
      const { peakBytes, ...rest } = runChild(file, mode, direction)
      const { scale, seed } = settings
      const bytesPerEdge = (peakBytes - empty.peakBytes) / rest.edgeCount
      const sizes = { peakBytes, emptyBytes: empty.peakBytes, bytesPerEdge }
      return { name, scale, seed, fileBytes, ...rest, ...sizes }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function writeEdges(
  file: string,
  { scale, edgeFactor, seed }: MemorySettings,
  format: Format,
): void {
  const handle = openSync(file, 'w')
  try {
    for (const block of edgeTextBlocks({ scale, edgeFactor, seed, format })) {
      writeSync(handle, block)
    }
  } finally {
    closeSync(handle)
  }
}

function runChild(file: string, mode: string, direction: string): ChildReport {
  const program = join(repository(), 'build/bench/memory-child.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, file, mode, direction], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.trim()}`)
  return JSON.parse(stdout) as ChildReport
}

/** The suite as a table. */
export function memorySection(reports: readonly MemoryReport[]): Section {
  const [first] = reports
  return {
    title:
      `Peak memory, R-MAT ${first.scale}, ${first.edgeCount.toLocaleString('en-US')} edges, ` +
      `${first.vertexCount.toLocaleString('en-US')} vertices, ` +
      `file of ${(first.fileBytes / 1e6).toFixed(0)} MB, seed ${first.seed}`,
    header: ['process', 'peak MiB', 'one edge', 'bytes/edge', 'read s', 'rank s', 'device'],
    rows: reports.map((report) => [
      report.name,
      formatNumber(report.peakBytes / 2 ** 20),
      formatNumber(report.emptyBytes / 2 ** 20),
      formatNumber(report.bytesPerEdge),
      formatNumber(report.readMs / 1000),
      formatNumber(report.rankMs === undefined ? undefined : report.rankMs / 1000),
      report.device,
    ]),
    notes: [],
    plot: {
      kind: 'stack',
      title: `Peak memory of a process, R-MAT ${first.scale}`,
      label: 'MiB at the peak',
      parts: ['on a file of one edge', 'more on this file'],
      rows: reports.map(({ name, peakBytes, emptyBytes }) => ({
        name,
        values: [emptyBytes, peakBytes - emptyBytes].map((bytes) => bytes / 2 ** 20),
      })),
    },
  }
}
