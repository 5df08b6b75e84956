/**
 * The table that comes with the package, for machines without a profile of their own: what
 * `ticktickclock calibrate --json` said on two cores of a virtual machine (AMD EPYC, Node 20), to
 * three digits. The figures of another machine differ, by factors, not by powers of ten.
 */

import type { CostProfile } from '../profile.js'

/** What it is called in messages. */
export const SHIPPED_SOURCE = 'the table that comes with the package'

export const SHIPPED_PROFILE: CostProfile = {
  format: 'ticktickclock-profile',
  version: 1,
  origin: {
    runtime: 'Node 20.20.2',
    platform: 'linux x64',
    hardwareThreads: 2,
    date: '2026-11-25',
  },
  transports: {
    inline: [
      { processors: 1, workers: 1, g: 1.8e-8, l: 0.00279, r2: 0.965, residual: 0.00146, count: 9 },
      { processors: 2, workers: 1, g: 2.9e-8, l: 0.00226, r2: 0.964, residual: 0.00247, count: 9 },
      { processors: 4, workers: 1, g: 5.45e-8, l: 0.00559, r2: 0.992, residual: 0.00189, count: 9 },
    ],
    threads: [
      { processors: 1, workers: 1, g: 3.62e-8, l: 0.00358, r2: 0.994, residual: 0.00101, count: 9 },
      { processors: 2, workers: 2, g: 3.8e-8, l: 0.00527, r2: 0.985, residual: 0.00165, count: 9 },
      { processors: 4, workers: 2, g: 1.24e-7, l: 0.0334, r2: 0.958, residual: 0.0106, count: 9 },
    ],
    transfer: [
      {
        processors: 1,
        workers: 1,
        g: 2.08e-8,
        l: 0.00678,
        r2: 0.986,
        residual: 0.000973,
        count: 9,
      },
      { processors: 2, workers: 2, g: 1.34e-7, l: 0.0492, r2: 0.985, residual: 0.00592, count: 9 },
      { processors: 4, workers: 2, g: 2.6e-7, l: 0.0619, r2: 0.981, residual: 0.0125, count: 9 },
    ],
  },
  devices: [
    {
      ...{ kind: 'reference', name: 'plain JavaScript', software: false },
      kernels: {
        pagerank: { callMs: 0.498, itemMs: 0.0000362 },
        sort: { callMs: 0, itemMs: 0.000318 },
        timestamps: { callMs: 0.716, itemMs: 0.000148 },
        scan: { callMs: 0.0857, itemMs: 0.00000612 },
        reduce: { callMs: 0.439, itemMs: 0.00000216 },
        histogram: { callMs: 0.156, itemMs: 0.0000516 },
      },
    },
    {
      ...{ kind: 'wasm', name: 'WASM, 2 threads', software: false },
      kernels: {
        pagerank: { callMs: 1.06, itemMs: 0.00000372 },
        sort: { callMs: 0.112, itemMs: 0.0000103 },
        timestamps: { callMs: 0.252, itemMs: 0.00000377 },
        scan: { callMs: 0.058, itemMs: 0.00000346 },
        reduce: { callMs: 0.0723, itemMs: 4.81e-7 },
        histogram: { callMs: 0.151, itemMs: 0.00000363 },
      },
    },
  ],
}
