/**
 * Finds an installed Chrome or Chromium and the software GPU that comes with it, and says what to
 * install where they are missing. Used by the test configuration and by scripts/test.mjs; installs
 * nothing by itself.
 */

import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Headers that make a page cross-origin isolated, the condition for SharedArrayBuffer. */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** What a headless browser needs for WebGPU without a GPU, to run as root, and to stay offline. */
export const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

const MAC_APPS = ['Google Chrome', 'Chromium'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
)

const SOFTWARE_GPUS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map(
  (folder) => `${folder}/vk_swiftshader_icd.json`,
)

/**
 * Path of a browser that starts, or undefined.
 *
 * @returns {string | undefined}
 */
export function findBrowser() {
  const named = process.env.CHROME_PATH
  if (named && starts(named)) return named
  if (named) throw new Error(`CHROME_PATH names ${named}, which does not start`)
  return browserPlaces().find(starts)
}

/** @returns {string[]} */
function browserPlaces() {
  if (process.platform === 'darwin') return MAC_APPS
  if (process.platform === 'win32') {
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
      .map((name) => process.env[name])
      .filter((folder) => folder !== undefined)
      .map((folder) => join(String(folder), 'Google/Chrome/Application/chrome.exe'))
  }
  const folders = (process.env.PATH || '').split(delimiter)
  return COMMANDS.reduce(
    (all, command) => all.concat(folders.map((folder) => join(folder, command))),
    /** @type {string[]} */ ([]),
  )
}

/**
 * Ubuntu's chromium-browser may be a stub that only asks for a snap: run it to know.
 *
 * @param {string} path
 */
function starts(path) {
  try {
    accessSync(path, constants.X_OK)
  } catch (_error) {
    return false
  }
  if (process.platform !== 'linux') return true
  return spawnSync(path, ['--version'], { timeout: 20000, stdio: 'ignore' }).status === 0
}

/**
 * Vulkan driver file of SwiftShader, the GPU in software that Chromium brings, or undefined.
 *
 * @returns {string | undefined}
 */
export function findSoftwareGpu() {
  return SOFTWARE_GPUS.find((path) => existsSync(path))
}

/**
 * Environment for Node's WebGPU: the software GPU, unless a driver was chosen already.
 *
 * @returns {Record<string, string>}
 */
export function gpuEnvironment() {
  const chosen = process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES
  const software = findSoftwareGpu()
  return chosen || software === undefined ? {} : { VK_DRIVER_FILES: software }
}

/** True where apt-get installs Debian packages: Debian, Ubuntu and their kin. */
export function isDebian() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return false
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)
}

/** True when the Vulkan loader is there, without which Dawn in Node finds no adapter on Linux. */
export function hasVulkanLoader() {
  if (process.platform !== 'linux') return true
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' })
  return typeof stdout === 'string' && stdout.includes('libvulkan.so.1')
}

/** One line: how to get a browser here. */
export function browserRemedy() {
  if (isDebian()) return 'apt-get install chromium libvulkan1 (as root, npm test does it by itself)'
  if (process.platform === 'darwin')
    return 'install Google Chrome (brew install --cask google-chrome)'
  if (process.platform === 'win32') return 'install Google Chrome (winget install Google.Chrome)'
  return "install Chrome or Chromium with the system's package manager"
}
