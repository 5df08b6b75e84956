#!/usr/bin/env node
/**
 * Builds what changed since the last build; `npm run build` builds everything. Targets:
 *   library   AssemblyScript → dist/kernels.wasm, WGSL → a TypeScript module of strings,
 *             TypeScript → dist/, ES modules with types; of these, single files → dist/browser
 *   examples  examples/*.ts → build/examples
 *   bench     bench/*.ts → build/bench
 *   demo      demo/ → build/demo, a static site
 * A target without sources is left out. What a target was built from is kept as a hash in build/.
 */

import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackages, root, runTool, SetupError, say, script } from './setup.mjs'

/** @typedef {'library' | 'examples' | 'bench' | 'demo'} Target */

/**
 * What each target is made from, what shows that it exists, and how it is made.
 *
 * @type {Record<Target, { inputs: string[], needs: string, output: string, make: () => void }>}
 */
const TARGETS = {
  library: {
    inputs: ['src', 'assembly', 'shaders', 'tsconfig.json', 'tsconfig.build.json', 'package.json'],
    needs: 'src',
    output: 'dist/index.js',
    make: makeLibrary,
  },
  examples: {
    inputs: ['examples', 'src', 'tsconfig.json', 'package.json'],
    needs: 'examples/tsconfig.json',
    output: 'build/examples',
    make: () => makeProgram('examples'),
  },
  bench: {
    inputs: ['bench', 'src', 'tsconfig.json', 'package.json'],
    needs: 'bench/tsconfig.json',
    output: 'build/bench',
    make: () => makeProgram('bench'),
  },
  demo: {
    inputs: ['demo', 'src', 'assembly', 'shaders', 'package.json'],
    needs: 'demo/index.html',
    output: 'build/demo/index.html',
    make: () => tool('vite/bin/vite.js', ['build', 'demo', '--logLevel', 'warn', ...DEMO_OUTPUT]),
  },
}
const DEMO_OUTPUT = ['--base', './', '--outDir', join(root, 'build/demo'), '--emptyOutDir']

/**
 * Builds the targets whose sources changed, in the order given.
 *
 * @param {Target[]} targets
 * @param {{ force?: boolean }} [options]
 */
export function build(targets, options = {}) {
  // Under a test run dist/ is in use: a script that a test starts takes it as it is.
  if (process.env.VITEST) return
  for (const name of targets) {
    const target = TARGETS[name]
    if (!existsSync(join(root, target.needs))) continue
    const stampFile = join(root, 'build', `${name}.stamp`)
    const stamp = hashOf([...target.inputs, 'package-lock.json', 'scripts/build.mjs'])
    const fresh =
      existsSync(stampFile) &&
      existsSync(join(root, target.output)) &&
      readFileSync(stampFile, 'utf8') === stamp
    if (fresh && !options.force) continue
    say(`building ${name} ...`)
    mkdirSync(join(root, 'build'), { recursive: true })
    rmSync(stampFile, { force: true })
    target.make()
    writeFileSync(stampFile, stamp)
  }
}

/** @param {string[]} inputs */
function hashOf(inputs) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of filesUnder(input)) {
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {string[]} files in a fixed order, without what builds write there
 */
function filesUnder(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  /** @type {import('node:fs').Dirent[]} */
  let entries
  try {
    entries = readdirSync(full, { withFileTypes: true })
  } catch (_error) {
    return [path] // a file
  }
  return entries
    .map((entry) => entry.name)
    .filter((name) => name !== 'node_modules' && !/\.generated\.ts$/.test(name))
    .sort()
    .reduce(
      (files, name) => files.concat(filesUnder(`${path}/${name}`)),
      /** @type {string[]} */ ([]),
    )
}

/**
 * @param {string} path
 * @param {string[]} args
 */
function tool(path, args) {
  if (runTool(path, args, { quiet: true }) !== 0) {
    throw new SetupError(`build failed: ${path.split('/')[0]} ${args.slice(0, 3).join(' ')}`)
  }
}

function makeLibrary() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  mkdirSync(join(root, 'dist'), { recursive: true })
  embedShaders()
  compileKernels()
  tool('typescript/bin/tsc', ['-p', 'tsconfig.build.json'])
  chmodSync(join(root, 'dist/cli/main.js'), 0o755)
  bundleForPages()
}

/**
 * dist/browser, for pages without a bundler that follows workers: single files, minified, with all
 * that they import, beside a copy of kernels.wasm. An entry that has the name of its bundle is
 * replaced by it.
 */
function bundleForPages() {
  // Loaded here: when this file is, the packages may not be installed yet.
  const { buildSync } = createRequire(import.meta.url)('esbuild')
  /** @type {(from: string, to: string, options: object) => void} */
  const bundle = (from, to, options) =>
    buildSync({
      absWorkingDir: root,
      entryPoints: [`dist/${from}.js`],
      outfile: `dist/browser/${to}.js`,
      ...{ bundle: true, minify: true, allowOverwrite: true, logLevel: 'warning' },
      ...{ target: 'es2022', legalComments: 'eof', ...options },
    })
  const entry = 'browser/ticktickclock.module'
  bundle(entry, 'ticktickclock', {
    ...{ format: 'iife', globalName: 'ticktickclock' },
    ...{ inject: ['dist/browser/script-place.js'], define: { 'import.meta.url': 'scriptPlace' } },
  })
  bundle(entry, 'ticktickclock.module', { format: 'esm' })
  for (const role of ['pool', 'calls']) {
    bundle(`workers/${role}-worker.browser`, `${role}-worker.browser`, { format: 'esm' })
  }
  bundle('browser/isolate', 'isolate', { format: 'iife' })
  const folder = join(root, 'dist/browser')
  for (const name of readdirSync(folder)) {
    if (/\.map$|^script-place|^isolate\.d\.ts$/.test(name)) rmSync(join(folder, name))
  }
  copyFileSync(join(root, 'dist/kernels.wasm'), join(folder, 'kernels.wasm'))
}

/** @param {'examples' | 'bench'} folder */
function makeProgram(folder) {
  rmSync(join(root, 'build', folder), { recursive: true, force: true })
  tool('typescript/bin/tsc', ['-p', `${folder}/tsconfig.json`])
  // What was compiled finds the packages of its own folder: bench/ has some.
  const packages = join(root, folder, 'node_modules')
  if (existsSync(packages))
    symlinkSync(packages, join(root, 'build', folder, 'node_modules'), 'junction')
}

/**
 * The text of a shader; lines `#include "shared/…"` are replaced by that file, once each.
 *
 * @param {string} file
 * @param {Set<string>} [included]
 * @returns {string}
 */
function readShader(file, included = new Set()) {
  const text = readFileSync(join(root, 'shaders', file), 'utf8')
  return text.replace(/^#include "(.+)"$/gm, (_, name) => {
    if (included.has(name)) return ''
    included.add(name)
    return readShader(name, included).trimEnd()
  })
}

/**
 * Two exported constants per shader, `shaders/pagerank.wgsl` → `pagerankWgsl`, its text, and
 * `pagerankSizes`, the values of its lines `const NAME = 256u;`: sizes are written in WGSL only.
 */
function embedShaders() {
  const folder = join(root, 'shaders')
  const files = existsSync(folder) ? readdirSync(folder) : []
  const constants = files
    .filter((file) => /\.wgsl$/.test(file))
    .sort()
    .map((file) => {
      const name = file
        .replace(/\.wgsl$/, '')
        .replace(/[-.](\w)/g, (_, letter) => letter.toUpperCase())
      const text = readShader(file)
      const sizes = Array.from(
        text.matchAll(/^const (\w+) = (\d+)u;/gm),
        ([, key, value]) => `${key}: ${value}`,
      )
      return (
        `export const ${name}Wgsl = ${JSON.stringify(text)}\n` +
        `export const ${name}Sizes = { ${sizes.join(', ')} } as const\n`
      )
    })
  if (constants.length === 0) return
  const header = '// Made by scripts/build.mjs from shaders/*.wgsl; not committed.\n'
  const target = join(root, 'src/devices/webgpu')
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, 'shaders.generated.ts'), header + constants.join(''))
}

function compileKernels() {
  const features = ['simd', 'threads', 'bulk-memory'].map((name) => ['--enable', name])
  tool('assemblyscript/bin/asc.js', [
    'assembly/index.ts',
    ...['--outFile', 'dist/kernels.wasm'],
    ...['-O3', '--noAssert', '--runtime', 'stub'],
    ...features.reduce((all, pair) => all.concat(pair), []),
    ...['--importMemory', '--sharedMemory', '--initialMemory', '2', '--maximumMemory', '65536'],
    ...['--memoryBase', '4096'],
  ])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  script(() => {
    installPackages()
    build(['library', 'examples', 'demo'], { force: true })
  })
}
