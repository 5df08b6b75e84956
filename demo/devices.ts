/**
 * The devices that the page offers, those that are missing here with their reason.
 */

import type { DoctorReport, OpenDeviceOptions, Precision } from 'ticktickclock'

/** One line of the choice. */
export interface Choice {
  id: 'reference' | 'wasm-1' | 'wasm' | 'webgpu'
  label: string
  /** What to know about it, or why it is missing. */
  note: string
  available: boolean
  options: OpenDeviceOptions
  /** GPUs have no f64. */
  precision: Precision
}

/** What a page without shared memory says about it. */
export const NOT_ISOLATED =
  'This page is not cross-origin isolated: its server does not send the headers ' +
  'Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy. So threads cannot share memory: ' +
  'WASM runs on one thread, and data reaches it by transfer.'

/** Four choices, whatever this browser has. */
export function listChoices({ wasm, webgpu }: DoctorReport): Choice[] {
  const f64 = { available: true, precision: 'f64' } as const
  const threads = wasm.available && wasm.sharedMemory ? wasm.threads : 1
  return [
    {
      ...f64,
      id: 'reference',
      label: 'Plain JavaScript',
      note: 'one thread, serial: what the others are checked against',
      options: { kind: 'reference' },
    },
    {
      ...f64,
      id: 'wasm-1',
      label: 'WebAssembly, 1 thread',
      note: wasm.available ? 'SIMD' : missing(wasm),
      available: wasm.available,
      options: { kind: 'wasm', threads: 1 },
    },
    {
      ...f64,
      id: 'wasm',
      label: threads > 1 ? `WebAssembly, ${threads} threads` : 'WebAssembly, threads',
      note: threads > 1 ? 'SIMD, shared memory' : whyOneThread(wasm),
      available: threads > 1,
      options: { kind: 'wasm' },
    },
    {
      id: 'webgpu',
      label: 'WebGPU',
      note: webgpu.available ? describeGpu(webgpu) : missing(webgpu),
      available: webgpu.available,
      options: { kind: 'webgpu' },
      precision: 'f32',
    },
  ]
}

/** What to start with: the fastest that is likely to be no emulation. */
export function preferredChoice(choices: readonly Choice[]): Choice {
  const wanted = ['wasm', 'wasm-1', 'reference'] as const
  const found = wanted.map((id) => choices.find((choice) => choice.id === id && choice.available))
  return found.find((choice) => choice !== undefined) ?? choices[0]
}

function missing({ why, remedy }: { why: string; remedy: string }): string {
  return `not available: ${why}; ${remedy}`
}

function whyOneThread(wasm: DoctorReport['wasm']): string {
  if (!wasm.available) return missing(wasm)
  if (!wasm.sharedMemory) return 'not available: this page is not cross-origin isolated'
  return 'not available: this machine offers one processor'
}

function describeGpu({ name, software }: { name: string; software: boolean }): string {
  const emulated = software ? '; runs on the processor, no measure of a GPU' : ''
  return `single precision, ${name}${emulated}`
}
