/**
 * The package as users get it: packed, installed in an empty project, imported and required by
 * Node; approved by publint and arethetypeswrong; every export documented. Its types are in
 * types.test.ts, bundlers and pages in environments.test.ts.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Consumer, installPackage } from '../support/consumer.js'
import { ROOT } from '../support/paths.js'

interface Manifest {
  version: string
  exports: Record<string, string | Record<string, string>>
}
const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** Subpaths of the exports map that are modules: '.', './graph', './worker'. */
const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
const specifiers = entries.map((entry) => entry.replace(/^\./, 'ticktickclock'))
/** Scripts of workers run nowhere else. */
const isScript = (specifier: string) => specifier.endsWith('-worker')

let consumer: Consumer
beforeAll(async () => {
  consumer = await installPackage()
}, 180_000)
afterAll(() => consumer?.remove())

const node = (...args: string[]) => consumer.run(process.execPath, args)

describe('the tarball', () => {
  it('has the build and the papers, and nothing else', () => {
    const strange = consumer.packed.filter(
      (path) =>
        !/^(dist\/.+\.(js|js\.map|d\.ts|wasm)|package\.json|LICENSE|(README|CHANGELOG)\.md)$/.test(
          path,
        ),
    )
    expect(strange).toEqual([])
    expect(consumer.packed).toEqual(
      expect.arrayContaining(['dist/kernels.wasm', 'dist/index.d.ts']),
    )
  })

  it('has the single files for pages, each complete in itself', async () => {
    const files = consumer.packed.filter((path) => path.startsWith('dist/browser/'))
    expect(files.map((path) => path.replace('dist/browser/', '')).sort()).toEqual([
      'calls-worker.browser.js',
      'isolate.js',
      'kernels.wasm',
      'pool-worker.browser.js',
      'ticktickclock.js',
      'ticktickclock.module.d.ts',
      'ticktickclock.module.js',
    ])
    for (const path of files.filter((name) => name.endsWith('.js'))) {
      const file = join(consumer.folder, 'node_modules/ticktickclock', path)
      // A bundler that finds nothing to add has found no import.
      const { metafile } = await esbuild.build({
        ...{ entryPoints: [file], bundle: true, logLevel: 'silent' },
        ...({ write: false, metafile: true } as const),
      })
      expect(Object.keys(metafile.inputs), path).toHaveLength(1)
    }
  })

  it('has no code made from text, and no worker from a blob, which policies refuse', () => {
    const scripts = consumer.packed.filter((path) => path.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(100)
    for (const path of scripts) {
      const text = readFileSync(join(consumer.folder, 'node_modules/ticktickclock', path), 'utf8')
      expect(text, path).not.toMatch(/\bnew Function\b|\beval\(|createObjectURL|["'`]blob:/)
    }
  })

  it('installs without the optional peers, which are large', () => {
    const installed = readdirSync(join(consumer.folder, 'node_modules'))
    expect(installed.filter((name) => name[0] !== '.').sort()).toEqual([
      'comlink',
      'commander',
      'ticktickclock',
    ])
  })

  it('satisfies publint', async () => {
    await consumer.tool('publint/src/cli.js', ['run', consumer.tarball, '--strict'])
  })

  it('satisfies arethetypeswrong, as a package of ES modules', async () => {
    await consumer.tool('@arethetypeswrong/cli/dist/index.js', [
      consumer.tarball,
      ...['--profile', 'esm-only'],
    ])
  })
})

describe('in Node', () => {
  it.each(specifiers.filter((specifier) => !isScript(specifier)))(
    '%s can be imported and required, as one module',
    async (specifier) => {
      const code = `
        const required = require('${specifier}')
        import('${specifier}').then((imported) =>
          console.log(Object.keys(imported).length > 0, required.sort === imported.sort))`
      // Anything on stderr, a warning that this is experimental too, would show.
      const script = `process.on('warning', (w) => console.log(String(w)));${code}`
      expect(await node('--input-type=commonjs', '-e', script)).toBe('true true\n')
    },
  )

  it.each(specifiers.filter(isScript))(
    '%s says that it is the script of a worker',
    async (name) => {
      const code = `import('${name}').catch((error) => console.log(error.message))`
      expect(await node('-e', code)).toMatch(/served by a worker thread: start this as one/)
    },
  )

  it('a CommonJS program computes, and Node exits by itself', async () => {
    consumer.write(
      'first.cjs',
      `const { graphFromEdges, pagerank } = require('ticktickclock')
       const graph = graphFromEdges([[0, 1], [1, 2], [2, 0], [3, 0]])
       pagerank(graph, { device: 'wasm' }).then(({ ranks, converged, device }) => {
         const sum = ranks.reduce((total, rank) => total + rank, 0)
         console.log(device.kind, converged, sum.toFixed(9))
       })`,
    )
    expect(await node('first.cjs')).toBe('wasm true 1.000000000\n')
  })

  it('its version can be read', async () => {
    const code =
      "import p from 'ticktickclock/package.json' with { type: 'json' }; console.log(p.version)"
    expect(await node('--input-type=module', '-e', code)).toContain(manifest.version)
  })
})

describe('the documentation', () => {
  it('has a comment for every export, and no broken link', async () => {
    await consumer.tool('../scripts/docs.mjs', ['--emit', 'none', '--logLevel', 'Warn'], ROOT)
  })
})
