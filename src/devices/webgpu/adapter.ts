/**
 * The adapter contract: how a platform hands over a GPU. `adapter.node.ts` (Dawn, npm `webgpu`) and
 * `adapter.browser.ts` (`navigator.gpu`) implement it; package.json's `#adapter` picks one.
 */

import { DeviceUnavailableError } from '../../errors.js'

/** What may be asked of an adapter. */
export interface AdapterOptions {
  /** Take the software adapter (SwiftShader) even where there is a GPU. Default false. */
  software?: boolean
}

/**
 * An adapter with the instance that it belongs to. Whoever uses the adapter or its device keeps
 * this object: Dawn crashes when the instance is collected before they are done.
 */
export interface OpenedAdapter {
  readonly gpu: GPU
  readonly adapter: GPUAdapter
}

/**
 * An adapter that made no device yet.
 *
 * @throws DeviceUnavailableError with the reason and the remedy
 */
export type RequestAdapter = (options?: AdapterOptions) => Promise<OpenedAdapter>

/** Why there is no GPU, and what to do about it. */
export interface Absence {
  reason: string
  remedy: string
}

const absences = new WeakMap<object, Absence>()

/** The error of a `RequestAdapter`. */
export function unavailable(absence: Absence, cause?: unknown): DeviceUnavailableError {
  const message = `WebGPU is not available: ${absence.reason}; ${absence.remedy}`
  const error = new DeviceUnavailableError(message, { cause })
  absences.set(error, absence)
  return error
}

/** Reason and remedy of an error, apart. */
export function absenceOf(error: unknown): Absence {
  const known = typeof error === 'object' && error !== null ? absences.get(error) : undefined
  const reason = error instanceof Error ? error.message : String(error)
  return known ?? { reason, remedy: 'update the driver of the GPU and the package "webgpu"' }
}

/** Names of renderers that run on the CPU, as they appear in adapter infos. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|\bwarp\b/i

/** What an adapter is, for people and tables. */
export interface AdapterDescription {
  name: string
  vendor: string
  architecture: string
  software: boolean
}

/** Reads the name of an adapter; browsers leave parts of it empty to hinder fingerprinting. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description } = adapter.info
  const software =
    fallbackFlag(adapter) || SOFTWARE.test(`${architecture} ${device} ${description}`)
  const family = [vendor, architecture].filter(Boolean).join(' ')
  const model = description || device
  const named = vendor !== '' && model.toLowerCase().includes(vendor.toLowerCase())
  const parts = software && model !== '' ? [model] : named ? [model] : [family, model]
  const name = parts.filter(Boolean).join(' ') || 'unnamed GPU'
  return { name: software ? `${name} (software)` : name, vendor, architecture, software }
}

/** The flag moved from the adapter to its info; both places are in use. */
function fallbackFlag(adapter: GPUAdapter): boolean {
  const old = adapter as { isFallbackAdapter?: boolean }
  return adapter.info.isFallbackAdapter === true || old.isFallbackAdapter === true
}
