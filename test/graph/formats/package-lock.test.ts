/**
 * npm's lock files as graphs: who depends on whom as npm itself says, each way in which packages
 * can lie in folders, and lock files that are damaged.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Graph, GraphFormatError, pagerank, readGraph, topVertices } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/random.js'
import { failureOf } from '../../support/failure.js'
import { ROOT } from '../../support/paths.js'
import { count, testSeed } from '../../support/seed.js'

const FILE = join(ROOT, 'package-lock.json')

const read = (lock: unknown, name = 'package-lock.json') =>
  readGraph(new TextEncoder().encode(JSON.stringify(lock)), { name })

/** `from → to`, sorted. */
function arcsOf(graph: Graph): string[] {
  const arcs: string[] = []
  for (let v = 0; v < graph.vertexCount; v++) {
    for (const target of graph.neighbors(v)) arcs.push(`${graph.idOf(v)} → ${graph.idOf(target)}`)
  }
  return arcs.sort()
}

const idsOf = (graph: Graph) => Array.from({ length: graph.vertexCount }, (_, v) => graph.idOf(v))

interface Listed {
  name?: string
  version?: string
  missing?: boolean
  dependencies?: Record<string, Listed>
}

/** What `npm ls` says of the lock file alone. */
function listedByNpm(folder: string): { arcs: string[]; ids: string[] } {
  const npm = process.env.npm_execpath
  const [command, ...first] = npm?.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm']
  const args = ['ls', '--all', '--json', '--long', '--package-lock-only']
  const root: Listed = JSON.parse(
    execFileSync(command, [...first, ...args], {
      cwd: folder,
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }),
  )
  const arcs = new Set<string>()
  const ids = new Set<string>([String(root.name)])
  const walk = (node: Listed, id: string) => {
    for (const [key, child] of Object.entries(node.dependencies ?? {})) {
      if (child.version === undefined) continue // optional, and not there
      const childId = `${child.name ?? key}@${child.version}`
      ids.add(childId)
      arcs.add(`${id} → ${childId}`)
      walk(child, childId)
    }
  }
  walk(root, String(root.name))
  return { arcs: [...arcs].sort(), ids: [...ids].sort() }
}

describe('the lock file of this repository', () => {
  it('has the packages and arcs that npm ls lists', async () => {
    const graph = await readGraph(FILE)
    const listed = listedByNpm(ROOT)
    expect(listed.arcs.length).toBeGreaterThan(300)
    expect(arcsOf(graph)).toEqual(listed.arcs)
    expect(idsOf(graph).sort()).toEqual(listed.ids)
  })

  it('is ranked towards what is depended on', async () => {
    const graph = await readGraph(FILE)
    const { ranks } = await pagerank(graph)
    const root = graph.indexOf('ticktickclock')
    const least = ranks.reduce((low, rank) => Math.min(low, rank))
    // Nobody depends on the root, so it has only what a jump brings.
    expect(ranks[root]).toBeCloseTo(least, 12)
    expect(topVertices(graph, ranks, 1)[0].value).toBeGreaterThan(3 * least)
  })
})

describe('folders as Node looks into them', () => {
  const versions = [2, 3]

  it.each(versions)('version %i: nested before hoisted, aliases, links, kinds', async (version) => {
    const lock = {
      name: 'app',
      lockfileVersion: version,
      packages: {
        '': {
          name: 'app',
          version: '1.0.0',
          workspaces: ['packages/*'],
          dependencies: { a: '^1.0.0', 'old-b': 'npm:b@1' },
          devDependencies: { dev: '*' },
          peerDependencies: { peer: '*', 'peer-not-there': '*' },
          optionalDependencies: { 'other-system': '*', a: '^1.0.0' },
        },
        'node_modules/a': { version: '1.0.0', dependencies: { b: '^2.0.0', '@s/c': '*' } },
        'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { '@s/c': '*' } },
        'node_modules/@s/c': { version: '3.0.0', devDependencies: { nothing: '*' } },
        'node_modules/dev': { version: '4.0.0', dev: true, dependencies: { b: '^2.0.0' } },
        'node_modules/dev/node_modules/b': { version: '2.0.0', dependencies: { '@s/c': '*' } },
        'node_modules/peer': { version: '5.0.0', peer: true, peerDependencies: { a: '*' } },
        'node_modules/old-b': { name: 'b', version: '1.0.0', dependencies: { b: '2' } },
        'node_modules/b': { version: '2.1.0', inBundle: true },
        'node_modules/w1': { resolved: 'packages/w1', link: true },
        'node_modules/w2': { resolved: 'packages/w2', link: true },
        'node_modules/away': { resolved: '../away', link: true },
        '../away': { version: '7.0.0', dependencies: { unknown: '*' } },
        'packages/w1': { version: '0.1.0', dependencies: { w2: '*' }, devDependencies: { b: '*' } },
        'packages/w1/node_modules/b': { version: '9.0.0' },
        'packages/w2': { name: 'w2', dependencies: { b: '2' } },
      },
      // Only for npm 6; would be an error if it was read.
      dependencies: { nonsense: 1 },
    }
    const graph = await read(lock)
    expect(arcsOf(graph)).toEqual([
      'a@1.0.0 → @s/c@3.0.0',
      'a@1.0.0 → b@2.0.0',
      'app → a@1.0.0',
      'app → b@1.0.0',
      'app → dev@4.0.0',
      'app → peer@5.0.0',
      'b@1.0.0 → b@2.1.0',
      'b@2.0.0 → @s/c@3.0.0',
      'dev@4.0.0 → b@2.0.0',
      'peer@5.0.0 → a@1.0.0',
      'w1@0.1.0 → b@9.0.0',
      'w1@0.1.0 → w2',
      'w2 → b@2.1.0',
    ])
    expect(graph.indexOf('away@7.0.0')).toBeGreaterThanOrEqual(0)
    expect(graph.vertexCount).toBe(12)
  })

  it('version 1: packages in packages; the root asks for what nobody else does', async () => {
    const lock = {
      name: 'app',
      lockfileVersion: 1,
      requires: true,
      dependencies: {
        a: {
          version: '1.0.0',
          requires: { b: '^2.0.0', c: '*' },
          dependencies: { b: { version: '2.0.0', requires: { c: '*' } } },
        },
        b: { version: '1.0.0', bundled: true },
        c: { version: '3.0.0', requires: { 'old-b': '1' } },
        'old-b': { version: 'npm:b@0.9.0' },
      },
    }
    expect(arcsOf(await read(lock, 'npm-shrinkwrap.json'))).toEqual([
      'a@1.0.0 → b@2.0.0',
      'a@1.0.0 → c@3.0.0',
      'app → a@1.0.0',
      'app → b@1.0.0',
      'b@2.0.0 → c@3.0.0',
      'c@3.0.0 → b@0.9.0',
    ])
  })

  it('a root without a name, a project without packages, a lock file without a root', async () => {
    const alone = await read({ lockfileVersion: 3, packages: { '': {} } })
    expect(idsOf(alone)).toEqual(['(root)'])
    const packages = { 'node_modules/a': { version: '1.0.0' } }
    expect(idsOf(await read({ lockfileVersion: 3, packages }))).toEqual(['a@1.0.0'])
    expect(idsOf(await read({ lockfileVersion: 1 }))).toEqual(['(root)'])
  })

  it('arcs go both ways when asked', async () => {
    const text = readFileSync(FILE)
    const graph = await readGraph(text, { directed: false, format: 'package-lock' })
    expect(graph.directed).toBe(false)
  })
})

describe('lock files that are none', () => {
  const place = (place: unknown) => ({ lockfileVersion: 3, packages: { 'node_modules/a': place } })
  const bad: [string, unknown, RegExp][] = [
    ['a list', [], /expected an object of npm's lock file, got a list/],
    ['package.json', { dependencies: { a: '1' } }, /no "lockfileVersion".*not package.json/],
    ['a newer version', { lockfileVersion: 4, packages: {} }, /"lockfileVersion" 4, versions 1, 2/],
    ['packages as a list', { lockfileVersion: 3, packages: [] }, /"packages" expected an object/],
    ['a package as text', place('1.0.0'), /package "node_modules\/a" expected an object/],
    ['dependencies as a list', place({ dependencies: ['b'] }), /"dependencies" of package/],
    [
      'a package that is missing',
      place({ version: '1.0.0', dependencies: { b: '*' } }),
      /a@1\.0\.0 depends on b, which the lock file does not hold.*npm install/,
    ],
    [
      'a link to nowhere',
      place({ link: true, resolved: 'packages/a' }),
      /package "node_modules\/a" is a link to "packages\/a", which the lock file does not hold/,
    ],
    ['a link to a link', place({ link: true, resolved: 'node_modules/a' }), /is a link to/],
    ['a link without an end', place({ link: true }), /is a link to nothing/],
    [
      'version 1, a package that is missing',
      { lockfileVersion: 1, dependencies: { a: { version: '1.0.0', requires: { b: '*' } } } },
      /a@1\.0\.0 depends on b, which the lock file does not hold/,
    ],
    [
      'version 1, a package as text',
      { lockfileVersion: 1, dependencies: { a: '1.0.0' } },
      /package "a" in \(root\) expected an object, got "1.0.0"/,
    ],
    [
      'version 1, dependencies as a list',
      { lockfileVersion: 1, dependencies: [] },
      /"dependencies" of \(root\) expected an object/,
    ],
  ]

  it.each(bad)('%s', async (_what, lock, message) => {
    const bytes = new TextEncoder().encode(JSON.stringify(lock))
    const error = await failureOf(readGraph(bytes, { format: 'package-lock', name: 'x.json' }))
    expect(error).toBeInstanceOf(GraphFormatError)
    expect(error.message).toMatch(message)
    expect(error.file).toBe('x.json')
  })

  it('text that is no JSON: the line, and whether it ends early', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text)
    const failing = (text: string) =>
      failureOf(readGraph(bytes(text), { format: 'package-lock', name: 'x.json' }))
    expect((await failing('{\n "lockfileVersion": 3,\n "packages" {}}')).message).toMatch(
      /^x\.json(:3)?: is not JSON.*packages/,
    )
    expect((await failing('{\n "lockfileVersion": 3,\n')).message).toMatch(/:3: .*ends early/)
    expect((await failing('')).message).toMatch(/ends early/)
  })

  it('weights, which it has not', async () => {
    expect(await failureOf(readGraph(FILE, { weights: true }))).toBeInstanceOf(RangeError)
    expect(await failureOf(readGraph(FILE, { ids: 'string' }))).toBeInstanceOf(RangeError)
  })

  it('values of any kind anywhere: a graph, or an error of its class', async () => {
    const random = createRandom(testSeed())
    const values = [null, 0, '', 'node_modules/a', [], {}, true, { a: {} }, { '': { link: true } }]
    const text = readFileSync(FILE, 'utf8')
    for (let i = 0; i < count(1000); i++) {
      const lock = JSON.parse(text)
      lock.lockfileVersion = 1 + random.nextBelow(3)
      if (lock.lockfileVersion === 1) {
        lock.dependencies = lock.packages
        delete lock.packages
      }
      // A walk to a random depth, then a random value there.
      let place = lock
      for (let depth = random.nextBelow(5); depth > 0; depth--) {
        const inner = Object.values(place).filter((v) => typeof v === 'object' && v !== null)
        if (inner.length === 0) break
        place = inner[random.nextBelow(inner.length)]
      }
      const keys = Object.keys(place)
      if (keys.length === 0) continue
      place[keys[random.nextBelow(keys.length)]] = values[random.nextBelow(values.length)]
      const bytes = new TextEncoder().encode(JSON.stringify(lock))
      const result = await readGraph(bytes, { format: 'package-lock' }).catch((error) => error)
      if (result instanceof Error) expect(result).toBeInstanceOf(GraphFormatError)
      else expect(result.vertexCount).toBeGreaterThan(0)
    }
  })
})
