#!/usr/bin/env node
/**
 * Builds dist/: AssemblyScript kernels → kernels.wasm, WGSL → a TypeScript module of strings,
 * TypeScript → ESM with types. `--watch` is not needed: a build takes seconds.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name) => join(root, 'node_modules', '.bin', name)
const run = (name, args) => execFileSync(bin(name), args, { cwd: root, stdio: 'inherit' })

/** The text of a shader; lines `#include "shared/…"` are replaced by that file, once each. */
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
  const constants = readdirSync(join(root, 'shaders'))
    .filter((file) => file.endsWith('.wgsl'))
    .sort()
    .map((file) => {
      const name = file
        .replace(/\.wgsl$/, '')
        .replace(/[-.](\w)/g, (_, letter) => letter.toUpperCase())
      const text = readShader(file)
      const sizes = [...text.matchAll(/^const (\w+) = (\d+)u;/gm)].map(
        ([, key, value]) => `${key}: ${value}`,
      )
      return (
        `export const ${name}Wgsl = ${JSON.stringify(text)}\n` +
        `export const ${name}Sizes = { ${sizes.join(', ')} } as const\n`
      )
    })
  const header = '// Made by scripts/build.mjs from shaders/*.wgsl; not committed.\n'
  writeFileSync(join(root, 'src/devices/webgpu/shaders.generated.ts'), header + constants.join(''))
}

function compileKernels() {
  run('asc', [
    'assembly/index.ts',
    '--outFile', 'dist/kernels.wasm',
    '-O3', '--noAssert', '--runtime', 'stub',
    '--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory',
    '--importMemory', '--sharedMemory', '--initialMemory', '2', '--maximumMemory', '65536',
    '--memoryBase', '4096',
  ])
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
mkdirSync(join(root, 'dist'), { recursive: true })
embedShaders()
compileKernels()
run('tsc', ['-p', 'tsconfig.build.json'])
chmodSync(join(root, 'dist/cli/main.js'), 0o755)
