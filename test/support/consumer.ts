/**
 * A project of a user's: an empty folder in which the package is installed from its tarball, as npm
 * would publish it. For tests in Node.
 */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './paths.js'

/** Where and how. */
export interface Consumer {
  readonly folder: string
  readonly tarball: string
  /** Paths in the tarball. */
  readonly packed: readonly string[]
  /** Runs a program there; its stdout, or an error that has all it printed. */
  run(command: string, args: readonly string[], cwd?: string): Promise<string>
  /** Runs a script of this repository's node_modules there. */
  tool(path: string, args: readonly string[], cwd?: string): Promise<string>
  /** Writes a file there: text, or JSON of an object. */
  write(path: string, content: string | object): void
  remove(): void
}

/** Makes one; takes some seconds, most of them npm's. */
export async function installPackage(): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-consumer-'))

  const run = async (command: string, args: readonly string[], cwd = folder): Promise<string> => {
    try {
      return (await promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 26 })).stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
    }
  }
  const tool: Consumer['tool'] = (path, args, cwd) =>
    run(process.execPath, [join(ROOT, 'node_modules', path), ...args], cwd)
  const npm = (args: string[], cwd?: string) =>
    process.env.npm_execpath?.endsWith('npm-cli.js')
      ? run(process.execPath, [process.env.npm_execpath, ...args], cwd)
      : run('npm', args, cwd)
  const write = (path: string, content: string | object) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    writeFileSync(join(folder, path), text)
  }

  // Scripts would build dist/ anew, under the feet of other tests.
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [{ filename, files }] = JSON.parse(await npm(packing, ROOT)) as [
    { filename: string; files: { path: string }[] },
  ]
  const tarball = join(folder, filename)
  write('package.json', { name: 'consumer', private: true, type: 'module' })
  await npm(['install', tarball, '--prefer-offline', '--no-audit', '--no-fund'])
  return {
    ...{ folder, tarball, packed: files.map(({ path }) => path) },
    ...{ run, tool, write },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
