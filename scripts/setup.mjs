/**
 * What every script does first: check the version of Node, install the npm packages when they are
 * missing or differ from package-lock.json. Imported by the other scripts; says little, on stderr.
 *
 * Written, like every script that imports it, in syntax that Node 14 parses: an old Node must reach
 * the line that says what is wrong instead of failing with a syntax error.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_NEEDED = [20, 19]

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked */

/** A problem that the message explains completely: no stack trace. */
export class SetupError extends Error {}

/**
 * Chatter of the scripts: never on stdout, which belongs to the program that is started.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * Runs a script's main function; a SetupError becomes one line and exit code 1.
 *
 * @param {() => Promise<number | void> | number | void} main returns the exit code
 */
export function script(main) {
  const version = process.versions.node.split('.').map(Number)
  const tooOld =
    version[0] < NODE_NEEDED[0] || (version[0] === NODE_NEEDED[0] && version[1] < NODE_NEEDED[1])
  if (tooOld) {
    say(
      `ticktickclock needs Node ${NODE_NEEDED.join('.')} or newer, this is ${process.version}: ` +
        'install a current one from nodejs.org, or with nvm: nvm install 22',
    )
    process.exitCode = 1
    return
  }
  Promise.resolve()
    .then(main)
    .then((code) => {
      if (typeof code === 'number') process.exitCode = code
    })
    .catch((error) => {
      say(error instanceof SetupError ? error.message : String(error.stack))
      process.exitCode = 1
    })
}

/**
 * Installs the npm packages of the repository, or of a folder in it, unless they are there.
 *
 * @param {string} [folder] a folder with a package.json, relative to the repository
 */
export function installPackages(folder = '.') {
  const cwd = join(root, folder)
  if (isInstalled(cwd)) return
  const clean = existsSync(join(cwd, 'package-lock.json'))
  say(`installing npm packages${folder === '.' ? '' : ` of ${folder}/`} ...`)
  const args = [clean ? 'ci' : 'install', '--no-audit', '--no-fund', '--prefer-offline']
  const status = npm([...args, '--loglevel=error'], { cwd })
  if (status === 0) return
  throw new SetupError(
    `npm ${args[0]} failed with code ${status}; its reason stands above. The packages come from ` +
      'the npm registry: without a network, connect once and run the same command again',
  )
}

/**
 * Runs npm, its output on stderr, and returns its exit code.
 *
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function npm(args, options = {}) {
  // Under `npm run` npm says where it is: surer than the PATH, and no shell needed on Windows.
  const path = process.env.npm_execpath
  const direct = path !== undefined && /npm-cli\.c?js$/.test(path)
  const command = direct ? process.execPath : 'npm'
  const { status, error } = spawnSync(command, direct ? [path, ...args] : args, {
    cwd: options.cwd || root,
    stdio: ['ignore', 2, 2],
    shell: !direct && process.platform === 'win32',
  })
  if (error) throw new SetupError(`npm can't be started: ${error.message}`)
  return status === null ? 1 : status
}

/**
 * Runs a tool of node_modules with this Node, output passed on; returns its exit code.
 *
 * @param {string} tool path of a script, relative to node_modules
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string, quiet?: boolean }} [options]
 *   quiet: what the tool prints on stdout goes to stderr
 */
export function runTool(tool, args, options = {}) {
  const { status, error } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', tool), ...args],
    {
      cwd: options.cwd || root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.quiet ? 2 : 1, 2],
    },
  )
  if (error) throw new SetupError(`${tool} can't be started: ${error.message}`)
  return status === null ? 1 : status
}

/**
 * True when node_modules holds what the lock file asks for: npm writes down there what it
 * installed. Optional packages are those of other platforms, and may be missing.
 *
 * @param {string} cwd
 */
function isInstalled(cwd) {
  const installed = readLock(join(cwd, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return false
  const wanted = readLock(join(cwd, 'package-lock.json'))
  if (wanted === undefined) return true
  return Object.keys(wanted).every((path) => {
    if (path === '') return true
    const { version, integrity, optional } = wanted[path]
    const there = installed[path]
    if (there === undefined) return optional === true
    // The lock file has no hash for packages of platforms that it was not made on.
    return there.version === version && (!integrity || there.integrity === integrity)
  })
}

/**
 * @param {string} path
 * @returns {Record<string, Locked> | undefined}
 */
function readLock(path) {
  if (!existsSync(path)) return
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch (_error) {
    return
  }
}
