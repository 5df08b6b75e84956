/**
 * The package as users get it: packed, installed in an empty project, imported by Node, checked by
 * TypeScript, bundled by Vite and run in a page; approved by publint and arethetypeswrong; every
 * export documented.
 */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import * as vite from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BROWSER_ARGUMENTS,
  browserRemedy,
  findBrowser,
  ISOLATION_HEADERS,
} from '../../scripts/browser.mjs'
import { ROOT } from '../support/paths.js'

interface Manifest {
  version: string
  exports: Record<string, string | Record<string, string>>
}
const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** Subpaths of the exports map that are modules: '.', './graph', './worker'. */
const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
const specifiers = entries.map((entry) => entry.replace(/^\./, 'ticktickclock'))

/** What a first program does; run by Node, checked by TypeScript, bundled by Vite. */
const PROGRAM = `import { graphFromEdges, pagerank } from 'ticktickclock'
const graph = graphFromEdges([[0, 1], [1, 2], [2, 0], [3, 0]])
const { ranks, converged, device } = await pagerank(graph, { device: 'wasm' })
const sum = ranks.reduce((total, rank) => total + rank, 0)
export const answer = \`\${device.kind} \${converged} \${sum.toFixed(9)}\`
`
const ANSWER = 'wasm true 1.000000000'

const project = mkdtempSync(join(tmpdir(), 'ticktickclock-package-'))
let tarball = ''
let packed: string[] = []

/** Runs a program in the empty project; its stdout, or an error that has all it printed. */
async function run(command: string, args: string[], cwd = project): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 26 })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
  }
}

const tool = (path: string, args: string[], cwd = project) =>
  run(process.execPath, [join(ROOT, 'node_modules', path), ...args], cwd)

const npm = (args: string[], cwd = project) =>
  process.env.npm_execpath?.endsWith('npm-cli.js')
    ? run(process.execPath, [process.env.npm_execpath, ...args], cwd)
    : run('npm', args, cwd)

const write = (path: string, content: string | object) =>
  writeFile(join(project, path), typeof content === 'string' ? content : JSON.stringify(content))

beforeAll(async () => {
  // Scripts would build dist/ anew, under the feet of other tests.
  const json = await npm(
    ['pack', '--json', '--ignore-scripts', '--pack-destination', project],
    ROOT,
  )
  const [{ filename, files }] = JSON.parse(json) as [
    { filename: string; files: { path: string }[] },
  ]
  tarball = join(project, filename)
  packed = files.map(({ path }) => path)
  await write('package.json', { name: 'consumer', private: true, type: 'module' })
  await npm(['install', tarball, '--prefer-offline', '--no-audit', '--no-fund'])
  await write('program.ts', PROGRAM)
}, 180_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

describe('the tarball', () => {
  it('has the build and the papers, and nothing else', () => {
    const strange = packed.filter(
      (path) =>
        !/^(dist\/.+\.(js|js\.map|d\.ts|wasm)|package\.json|LICENSE|(README|CHANGELOG)\.md)$/.test(
          path,
        ),
    )
    expect(strange).toEqual([])
    expect(packed).toEqual(expect.arrayContaining(['dist/kernels.wasm', 'dist/index.d.ts']))
  })

  it('installs without the optional peers, which are large', () => {
    const installed = readdirSync(join(project, 'node_modules')).filter((name) => name[0] !== '.')
    expect(installed.sort()).toEqual(['comlink', 'commander', 'ticktickclock'])
  })

  it('satisfies publint', async () => {
    await tool('publint/src/cli.js', ['run', tarball, '--strict'])
  })

  it('satisfies arethetypeswrong, as a package of ES modules', async () => {
    await tool('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'esm-only'])
  })
})

describe('in Node', () => {
  it.each(specifiers)('%s can be imported', async (specifier) => {
    const code = `const m = await import('${specifier}'); console.log(Object.keys(m).length > 0)`
    expect(await run(process.execPath, ['-e', code])).toBe('true\n')
  })

  it('a first program runs, and Node exits by itself', async () => {
    const compile = ['program.ts', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck']
    const flags = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    await tool('typescript/bin/tsc', [...compile, ...flags, '--ignoreConfig'])
    await write('main.mjs', "console.log((await import('./program.js')).answer)\n")
    expect(await run(process.execPath, ['main.mjs'])).toBe(`${ANSWER}\n`)
  })

  it('its version can be read', async () => {
    const code =
      "import p from 'ticktickclock/package.json' with { type: 'json' }; console.log(p.version)"
    expect(await run(process.execPath, ['--input-type=module', '-e', code])).toContain(
      manifest.version,
    )
  })
})

describe('for TypeScript, libraries checked too', () => {
  const everything = specifiers.map(
    (specifier, index) => `import * as entry${index} from '${specifier}'\nvoid entry${index}\n`,
  )

  it.each([
    { module: 'nodenext', lib: ['ES2022'], types: ['node'] },
    { module: 'bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] },
  ])('a program passes with moduleResolution $module', async ({ module, lib, types }) => {
    await write(`entries-${module}.ts`, everything.join(''))
    await write(`tsconfig-${module}.json`, {
      compilerOptions: {
        target: 'ES2022',
        module: module === 'bundler' ? 'ESNext' : 'NodeNext',
        moduleResolution: module,
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        lib,
        types,
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      files: ['program.ts', `entries-${module}.ts`],
    })
    await tool('typescript/bin/tsc', ['-p', `tsconfig-${module}.json`])
  })
})

describe('in a Vite app', () => {
  let assets: string[] = []

  beforeAll(async () => {
    mkdirSync(join(project, 'app'), { recursive: true })
    const html =
      '<!doctype html><title>waiting</title><script type="module" src="main.ts"></script>'
    await write('app/index.html', html)
    await write(
      'app/main.ts',
      `import('../program.js').then(({ answer }) => { document.title = answer },
         (error) => { document.title = String(error) })`,
    )
    await vite.build({
      root: join(project, 'app'),
      configFile: false,
      logLevel: 'error',
      build: { target: 'es2022', emptyOutDir: true },
    })
    assets = readdirSync(join(project, 'app/dist/assets'))
  }, 60_000)

  it('worker and WASM are emitted as files', () => {
    expect(assets.filter((name) => name.endsWith('.wasm'))).toHaveLength(1)
    expect(assets.join()).toMatch(/worker[^,]*\.js/)
  })

  it.each(['isolated', 'plain'])('a first program runs in a page, %s', async (kind) => {
    const executablePath = findBrowser()
    if (executablePath === undefined) {
      console.log(`not run, there is no browser: ${browserRemedy()}`)
      return
    }
    const server = await vite.preview({
      root: join(project, 'app'),
      configFile: false,
      preview: { port: 0, headers: kind === 'isolated' ? ISOLATION_HEADERS : {} },
    })
    const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS })
    try {
      const page = await browser.newPage()
      await page.goto(server.resolvedUrls?.local[0] ?? '')
      await page.waitForFunction("document.title !== 'waiting'", undefined, { timeout: 30_000 })
      expect(await page.title()).toBe(ANSWER)
    } finally {
      await browser.close()
      await server.close()
    }
  })
})

describe('the documentation', () => {
  it('has a comment for every export, and no broken link', async () => {
    await tool('../scripts/docs.mjs', ['--emit', 'none', '--logLevel', 'Warn'], ROOT)
  })
})
