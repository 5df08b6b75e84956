/** What ran where: machine, adapter, commit and command, for the head of every report. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The place of a measurement. */
export interface Machine {
  cpu: string
  cores: number
  memoryGib: number
  node: string
  platform: string
  /** Processes that wanted a core in the minute before: above 0 the machine was not idle. */
  loadBefore: number
  /** Name of the GPU, or why there is none. */
  adapter: string
  commit: string
  command: string
  date: string
}

/** The repository, from sources as from build/bench. */
export function repository(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package-lock.json')) || !existsSync(join(folder, 'src'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('the benchmarks run inside the repository only')
    folder = parent
  }
  return folder
}

/** bench/ of the repository. */
export function benchFolder(): string {
  return join(repository(), 'bench')
}

/** bench/ compiled: threads load their modules from there. */
export function compiledFolder(): URL {
  return pathToFileURL(`${join(repository(), 'build/bench')}/`)
}

/** The commit, with `+` when files differ from it; `unknown` outside git. */
function commitName(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: repository(), encoding: 'utf8', stdio: 'pipe' }).trim()
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== ''
    return git('rev-parse', '--short=12', 'HEAD') + (isChanged ? '+' : '')
  } catch {
    return 'unknown'
  }
}

/** Reports are passed on: where their files lay is nobody's business. */
function withoutFolder(argument: string): string {
  return isAbsolute(argument) ? basename(argument) : argument
}

/** Describes this machine and run. */
export function describeMachine(adapter: string, args: readonly string[]): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadBefore: Number(loadavg()[0].toFixed(2)),
    adapter,
    commit: commitName(),
    command: ['npm run bench --', ...args.map(withoutFolder)].join(' '),
    date: new Date().toISOString(),
  }
}

/** The same for people. */
export function machineLines(machine: Machine): string[] {
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB; Node ${machine.node}, ` +
      `${machine.platform}; load ${machine.loadBefore}`,
    `GPU: ${machine.adapter}; commit ${machine.commit}; ${machine.date}`,
  ]
}
