/**
 * Gets a GPU in Node from Dawn (npm `webgpu`, an optional peer dependency). Without a GPU it falls
 * back to SwiftShader, the software Vulkan driver that Debian's `chromium` package brings. Dawn's
 * instances are kept for the life of the process: they cost 2.5 MB each that V8's collector doesn't
 * see [measured: 200 openings 435 MB, with one instance 92 MB], and an instance that is collected
 * while its device works crashes. They don't keep Node running. Twin of adapter.browser.ts.
 */

import { existsSync, readdirSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { type AdapterOptions, type OpenedAdapter, type RequestAdapter, unavailable } from './adapter.js'

type CreateInstance = (options: string[]) => GPU

/** Which Vulkan drivers an instance sees: those of the system, or SwiftShader alone. */
type Drivers = 'system' | 'swiftshader'

/** Where distributions put the SwiftShader of Chromium. */
const SWIFTSHADER_FILES = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
]

const SOFTWARE_REMEDY =
  'install a Vulkan driver for the GPU, or get a software GPU: on Debian and Ubuntu ' +
  '`apt-get install chromium libvulkan1`, which is then found by itself at ' +
  `${SWIFTSHADER_FILES[0]} (elsewhere, set VK_DRIVER_FILES to the path of a Vulkan driver's file)`

const instances = new Map<Drivers, GPU>()
let turn: Promise<unknown> = Promise.resolve()

/** See `RequestAdapter`. One at a time: the choice of drivers goes through `process.env`. */
export const requestAdapter: RequestAdapter = (options = {}) => {
  const mine = turn.then(() => request(options))
  turn = mine.catch(() => {})
  return mine
}

async function request(options: AdapterOptions): Promise<OpenedAdapter> {
  const create = await loadDawn()
  const software = options.software ?? false
  const driverFile = driversChosenByUser() ? undefined : SWIFTSHADER_FILES.find(existsSync)
  const order: Drivers[] =
    driverFile === undefined
      ? ['system']
      : software || !mayHaveGpu()
        ? ['swiftshader']
        : ['system', 'swiftshader']
  for (const drivers of order) {
    const opened = await tryDrivers(create, drivers, driverFile, software)
    if (opened !== undefined) return opened
  }
  throw unavailable({ reason: whyNone(driverFile), remedy: SOFTWARE_REMEDY })
}

/** The import's name is a variable, so that bundlers don't follow an optional package. */
async function loadDawn(): Promise<CreateInstance> {
  const name = 'webgpu'
  try {
    const dawn = (await import(name)) as { create: CreateInstance }
    return dawn.create
  } catch (cause) {
    const missing = (cause as { code?: string }).code === 'ERR_MODULE_NOT_FOUND'
    const reason = missing
      ? 'Node needs the optional package "webgpu"'
      : `the package "webgpu" does not load on this machine (${(cause as Error).message})`
    throw unavailable({ reason, remedy: 'run `npm install webgpu`' }, cause)
  }
}

/**
 * An instance reads the environment once, when it is made, so a second one with other drivers works
 * in the same process [measured, Dawn 0.6.2]. NODEVICE_SELECT silences a Mesa layer that writes
 * `error: XDG_RUNTIME_DIR is invalid` to stderr on servers.
 */
async function tryDrivers(
  create: CreateInstance,
  drivers: Drivers,
  driverFile: string | undefined,
  software: boolean,
): Promise<OpenedAdapter | undefined> {
  const environment: Record<string, string> =
    drivers === 'swiftshader' && driverFile !== undefined
      ? { VK_DRIVER_FILES: driverFile, NODEVICE_SELECT: '1' }
      : { NODEVICE_SELECT: '1' }
  return await withEnvironment(environment, async () => {
    let gpu = instances.get(drivers)
    if (gpu === undefined) {
      gpu = create([])
      instances.set(drivers, gpu)
    }
    const adapter = await gpu.requestAdapter({
      powerPreference: 'high-performance',
      forceFallbackAdapter: software,
    })
    return adapter === null ? undefined : { gpu, adapter }
  })
}

/** Runs `work` with variables added, where they are not set, and takes them away again. */
async function withEnvironment<T>(
  variables: Record<string, string>,
  work: () => Promise<T>,
): Promise<T> {
  const added = Object.keys(variables).filter((name) => process.env[name] === undefined)
  for (const name of added) process.env[name] = variables[name]
  try {
    return await work()
  } finally {
    for (const name of added) delete process.env[name]
  }
}

function driversChosenByUser(): boolean {
  return ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].some((name) => process.env[name] !== undefined)
}

/**
 * False only on a Linux machine without a GPU's device file: then the system's drivers need no try,
 * which would print Dawn's warnings about software drivers that it refuses.
 */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux' || existsSync('/dev/dxg')) return true
  const names = (folder: string) => (existsSync(folder) ? readdirSync(folder) : [])
  return (
    names('/dev/dri').some((name) => name.startsWith('renderD')) ||
    names('/dev').some((name) => /^nvidia\d+$/.test(name))
  )
}

function whyNone(driverFile: string | undefined): string {
  if (driversChosenByUser()) {
    const chosen = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES
    return `Dawn found no usable GPU among the Vulkan drivers of the environment (${chosen})`
  }
  if (driverFile === undefined) {
    return mayHaveGpu()
      ? 'Dawn found no usable driver for a GPU'
      : 'this machine shows no GPU, and no software GPU is installed'
  }
  // A worker's process.env is a copy that native code does not see.
  return isMainThread
    ? `neither a GPU nor the software GPU of ${driverFile} loads (is libvulkan1 installed?)`
    : 'a worker of Node can use the software GPU only when Node was started with ' +
        `VK_DRIVER_FILES=${driverFile}, or the worker with env: SHARE_ENV`
}
