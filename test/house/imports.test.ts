/**
 * Proves that the import rules bite: a small tree with one import for each rule that is broken, and
 * one for each that is kept, is put through dependency-cruiser with the package's configuration.
 */

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import config, { MAY_IMPORT } from '../../.dependency-cruiser.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders = Object.keys(MAY_IMPORT) as (keyof typeof MAY_IMPORT)[]

interface Case {
  /** File of the small tree that imports. */
  from: string
  /** A file of the small tree, or a specifier with a colon, a hash or no slash. */
  to: string
  /** Name of the rule that it breaks; undefined: allowed. */
  breaks?: string
}

/** The table of ARCHITECTURE.md, both ways: every pair of folders, allowed or not. */
const folderCases = folders.map((from) =>
  [...folders, 'cli'].map((to): Case => {
    const allowed = from === to || (MAY_IMPORT[from] as string[]).includes(to)
    const file = `src/${from}/imports-${to}.ts`
    return { from: file, to: `src/${to}/target.ts`, breaks: allowed ? undefined : `folder-${from}` }
  }),
)

const otherCases: Case[] = [
  ...folders.map(
    (folder): Case => ({ from: `src/${folder}/imports-leaf.ts`, to: 'src/errors.ts' }),
  ),
  { from: 'src/devices/imports-wasm.ts', to: '#wasm' },
  { from: 'src/kernels/imports-entry.ts', to: 'src/index.ts', breaks: 'folder-kernels' },
  { from: 'src/time/imports-hash.ts', to: '#wasm' },
  { from: 'src/graph/imports-spawn.ts', to: '#spawn', breaks: 'folder-graph' },
  { from: 'src/index.ts', to: 'src/programs/target.ts' },
  { from: 'src/cli/imports-programs.ts', to: 'src/programs/target.ts' },
  { from: 'src/worker/imports-kernels.ts', to: 'src/kernels/target.ts' },
  { from: 'src/kernels/imports-worker.ts', to: 'src/worker/target.ts', breaks: 'folder-kernels' },
  // Scripts of workers are entries; what else lies beside them isn't.
  { from: 'src/workers/some-worker.browser.ts', to: 'src/worker/target.ts' },
  {
    from: 'src/workers/some-other.browser.ts',
    to: 'src/worker/target.ts',
    breaks: 'folder-workers',
  },
  { from: 'src/browser/imports-worker.ts', to: 'src/worker/target.ts' },
  { from: 'src/graph/imports-browser.ts', to: 'src/browser/target.ts', breaks: 'folder-graph' },
  { from: 'src/nowhere/imports-leaf.ts', to: 'src/errors.ts', breaks: 'folder-unknown' },
  { from: 'src/limits.ts', to: 'src/graph/target.ts', breaks: 'leaf' },
  { from: 'src/check.ts', to: 'src/time/target.ts', breaks: 'leaf' },
  { from: 'src/event-bus.ts', to: 'src/time/system.ts' },
  { from: 'src/units.ts', to: 'src/errors.ts' },
  { from: 'src/graph/imports-stray.ts', to: 'src/stray.ts', breaks: 'root-file-unknown' },
  { from: 'src/devices/device.ts', to: 'src/devices/target.ts', breaks: 'contract' },
  { from: 'src/workers/pool.ts', to: 'src/workers/target.ts', breaks: 'contract' },
  { from: 'src/transport/transport.ts', to: 'src/transport/target.ts', breaks: 'contract' },
  { from: 'src/time/clock.ts', to: 'src/time/target.ts', breaks: 'contract' },
  { from: 'src/kernels/a/types.ts', to: 'src/kernels/a/wasm.ts', breaks: 'kernel-types' },
  { from: 'src/kernels/b/types.ts', to: 'src/kernels/b/layout.ts' },
  { from: 'src/kernels/a/reference.ts', to: 'src/kernels/a/wasm.ts', breaks: 'kernel-reference' },
  { from: 'src/graph/imports-node.ts', to: 'node:fs', breaks: 'platform' },
  { from: 'src/graph/source.node.ts', to: 'node:fs' },
  { from: 'src/cli/imports-node.ts', to: 'node:fs' },
  { from: 'src/graph/imports-twin.ts', to: 'src/graph/twin.node.ts', breaks: 'platform-twin' },
  { from: 'src/workers/control.ts', to: 'src/errors.ts', breaks: 'constants' },
  { from: 'assembly/imports-constants.ts', to: 'src/kernels/b/layout.ts' },
  { from: 'assembly/imports-control.ts', to: 'src/workers/control.ts' },
  { from: 'assembly/imports-code.ts', to: 'src/graph/target.ts', breaks: 'assembly' },
  ...['demo', 'bench', 'examples'].flatMap((folder): Case[] => [
    { from: `${folder}/imports-package.ts`, to: 'ticktickclock' },
    { from: `${folder}/imports-graph.ts`, to: 'ticktickclock/graph' },
    { from: `${folder}/imports-own.ts`, to: `${folder}/target.ts` },
    { from: `${folder}/imports-src.ts`, to: 'src/graph/target.ts', breaks: 'public-entries' },
    { from: `${folder}/imports-dist.ts`, to: 'dist/graph/csr.js', breaks: 'public-entries' },
    { from: `${folder}/imports-test.ts`, to: 'test/target.ts', breaks: 'public-entries' },
  ]),
  { from: 'src/graph/imports-test.ts', to: 'test/target.ts', breaks: 'no-tests-in-code' },
  { from: 'src/telemetry/imports-vitest.ts', to: 'vitest', breaks: 'dev-dependency' },
  { from: 'src/telemetry/imports-peer.ts', to: 'webgpu' },
  { from: 'src/telemetry/imports-comlink.ts', to: 'comlink' },
  { from: 'src/cost/circle-a.ts', to: 'src/cost/circle-b.ts', breaks: 'no-circular' },
  { from: 'src/graph/imports-nothing.ts', to: 'src/graph/gone.ts', breaks: 'not-to-unresolvable' },
]
const cases = [...folderCases.flat(), ...otherCases]

interface CruiseResult {
  summary: { violations: { from: string; rule: { name: string } }[] }
}

const tree = mkdtempSync(join(tmpdir(), 'ticktickclock-imports-'))
const broken = new Map<string, Set<string>>()

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, path), text)
}

function specifierOf({ from, to }: Case): string {
  if (!/^(src|dist|test|demo|bench|examples)\//.test(to)) return to
  const path = relative(dirname(from), to).replace(/\.ts$/, '.js')
  return path.startsWith('.') ? path : `./${path}`
}

/** The small tree: targets that import nothing, a file for each case, stubs of packages. */
function makeTree(): void {
  const importers = new Set(cases.map(({ from }) => from))
  const targets = cases.map(({ to }) => to).filter((to) => /^(src|test|demo|bench|exa)/.test(to))
  for (const to of ['src/stray.ts', ...targets]) {
    if (!importers.has(to) && !to.includes('gone')) write(to, 'export const target = 1\n')
  }
  for (const each of cases) write(each.from, `export * from '${specifierOf(each)}'\n`)
  write('src/cost/circle-b.ts', "export * from './circle-a.js'\n")
  for (const file of ['index', 'graph/index', 'graph/csr', 'wasm.node', 'workers/spawn.node']) {
    write(`dist/${file}.js`, 'export const target = 1\n')
    write(`dist/${file}.d.ts`, 'export declare const target = 1\n')
  }
  for (const name of ['vitest', 'webgpu', 'comlink']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }))
    write(`node_modules/${name}/index.js`, 'export const target = 1\n')
  }
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.mjs']) {
    cpSync(join(root, file), join(tree, file))
  }
}

beforeAll(() => {
  makeTree()
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const tops = ['src', 'assembly', 'demo', 'bench', 'examples']
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...tops]
  const json = execFileSync(process.execPath, [cruiser, ...args], {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  for (const { from, rule } of (JSON.parse(json) as CruiseResult).summary.violations) {
    broken.set(from, (broken.get(from) ?? new Set()).add(rule.name))
  }
})
afterAll(() => rmSync(tree, { recursive: true, force: true }))

describe('the import rules', () => {
  const check = ({ from, breaks }: Case) => {
    expect([...(broken.get(from) ?? [])], from).toEqual(
      breaks === undefined ? [] : expect.arrayContaining([breaks]),
    )
  }

  it.each(folders)('give src/%s what the table allows and nothing else', (folder) => {
    folderCases[folders.indexOf(folder)].forEach(check)
  })

  it.each(otherCases)('$from → $to: $breaks', check)

  it('each have a case that breaks them', () => {
    const rules = config.forbidden?.map((rule) => rule.name) ?? []
    const tested = cases.map(({ breaks }) => breaks).filter((name) => name !== undefined)
    expect([...new Set(tested)].sort()).toEqual(rules.sort())
  })

  it('allow what the table in ARCHITECTURE.md says, folder by folder', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const table: Record<string, string[]> = {}
    for (const [, names, allowed] of text.matchAll(/^\| `?([a-z, ]+)`? \| ([a-z, ]+) \|$/gm)) {
      for (const name of names.split(', ')) {
        if (name in MAY_IMPORT) table[name] = allowed === 'nothing' ? [] : allowed.split(', ')
      }
    }
    expect(Object.keys(table).length).toBeGreaterThan(0)
    for (const [folder, allowed] of Object.entries(table)) {
      expect([...allowed].sort(), folder).toEqual([...MAY_IMPORT[folder as never]].sort())
    }
  })
})
