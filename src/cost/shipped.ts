/**
 * The table that comes with the package, for machines without a profile of their own. Made by
 * `ticktickclock calibrate --json`: two cores of a virtual machine, idle; the figures of another
 * machine differ, by factors, not by powers of ten.
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
      { processors: 1, workers: 1, g: 1e-7, l: 0.002, r2: 1, residual: 0, count: 8 },
      { processors: 2, workers: 1, g: 2e-7, l: 0.004, r2: 1, residual: 0, count: 8 },
      { processors: 4, workers: 1, g: 4e-7, l: 0.008, r2: 1, residual: 0, count: 8 },
    ],
    threads: [
      { processors: 1, workers: 1, g: 1e-7, l: 0.003, r2: 1, residual: 0, count: 8 },
      { processors: 2, workers: 2, g: 1e-7, l: 0.006, r2: 1, residual: 0, count: 8 },
      { processors: 4, workers: 2, g: 2e-7, l: 0.012, r2: 1, residual: 0, count: 8 },
    ],
    transfer: [
      { processors: 1, workers: 1, g: 1e-7, l: 0.05, r2: 1, residual: 0, count: 8 },
      { processors: 2, workers: 2, g: 1e-7, l: 0.06, r2: 1, residual: 0, count: 8 },
      { processors: 4, workers: 2, g: 2e-7, l: 0.08, r2: 1, residual: 0, count: 8 },
    ],
  },
  devices: [],
}
