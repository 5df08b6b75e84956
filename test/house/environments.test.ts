/**
 * One small program in every environment that docs/browsers.md names, built from the packed
 * tarball with the configuration on that page: isolated and not, under a strict content security
 * policy, isolated by a service worker, without SIMD.
 */

import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import * as vite from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserRemedy, findBrowser, ISOLATION_HEADERS } from '../../scripts/browser.mjs'
import type { Report } from '../environments/app.js'
import { ENVIRONMENTS, makeFolder } from '../environments/build.js'
import { QUICK_ARGUMENTS, reportOf, visit } from '../environments/pages.js'
import { type Consumer, installPackage } from '../support/consumer.js'
import { serveFolder } from '../support/static-server.js'

const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"
/** Headers of the servers; `strict` is isolated, too. */
const HEADERS: Readonly<Record<string, Record<string, string>>> = {
  isolated: ISOLATION_HEADERS,
  plain: {},
  strict: { ...ISOLATION_HEADERS, 'Content-Security-Policy': STRICT },
  'strict, plain': { 'Content-Security-Policy': STRICT },
}

/** What the program says where it has everything. */
const WELL: Report = {
  device: 'wasm',
  reason: expect.stringMatching(/^auto: 25000 vertices and arcs together, WASM [\d.]+ ms, plain/),
  ...{ threads: 2, sharedMemory: true },
  ...{ rankSum: '1.000000000', isSorted: true, bsp: 5050 },
  worker: { isSorted: true, vertices: 3, device: 'WASM, 2 threads' },
  error: 'GraphFormatError true',
  wasm: 'all well',
}
/** … and where memory can't be shared. */
const ALONE: Report = {
  ...WELL,
  ...{ threads: 1, sharedMemory: false },
  worker: { ...WELL.worker, device: 'WASM, 1 thread' },
  wasm: expect.stringMatching(/^the page is not cross-origin isolated: .*isolate\.js/),
}

const executablePath = findBrowser()
const missing = executablePath === undefined ? `there is no browser: ${browserRemedy()}` : undefined
if (missing !== undefined) console.log(`skipped: environments of pages: ${missing}`)

let consumer: Consumer
beforeAll(async () => {
  consumer = await installPackage()
}, 180_000)
afterAll(() => consumer?.remove())

describe('Node', () => {
  it.each([
    ['an ES module', 'main.mjs', "await import('./main.js')"],
    ['CommonJS', 'main.cjs', "require('./main.js')"],
  ])('runs the program, as %s', async (_, file, code) => {
    const folder = makeFolder(consumer, `node-${file.replace('.', '-')}`)
    consumer.write(join(`node-${file.replace('.', '-')}`, file), `${code}\n`)
    const said = await consumer.run(process.execPath, [file], folder)
    expect(JSON.parse(said)).toEqual(WELL)
  })
})

describe.skipIf(missing !== undefined)('pages', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: QUICK_ARGUMENTS })
  })
  afterAll(() => browser?.close())

  const built = new Map<string, Promise<string>>()
  /** The site of an environment, built when first asked for. */
  function siteOf(name: string): Promise<string> {
    const environment = ENVIRONMENTS.find((each) => each.name === name)!
    const site = built.get(name) ?? build()
    built.set(name, site)
    return site

    async function build(): Promise<string> {
      const folder = makeFolder(consumer, environment.slug)
      await environment.build(consumer, folder)
      return join(folder, environment.site)
    }
  }

  describe.concurrent.each(ENVIRONMENTS)('by $name', ({ name }) => {
    it.each([
      ['isolated', WELL],
      ['plain', ALONE],
      ['strict', WELL],
      ['strict, plain', ALONE],
    ] as const)(
      'run the program, %s',
      async (kind, expected) => {
        const server = await serveFolder(await siteOf(name), { headers: HEADERS[kind] })
        await visit(browser, server, async (page) => expect(await reportOf(page)).toEqual(expected))
      },
      120_000,
    )
  })

  it.each(['isolated', 'plain'])('of Vite in development run the program, %s', async (kind) => {
    await siteOf('Vite')
    const root = join(consumer.folder, 'vite')
    const server = await vite.createServer({
      ...{ root, logLevel: 'warn', cacheDir: join(root, `cache-${kind}`) },
      server: { port: 0, headers: HEADERS[kind], hmr: false },
    })
    try {
      await server.listen()
      const url = server.resolvedUrls?.local[0] ?? ''
      const page = await browser.newPage()
      await page.goto(url)
      expect(await reportOf(page)).toEqual(kind === 'isolated' ? WELL : ALONE)
      await page.close()
    } finally {
      await server.close()
    }
  })
})

// SIMD of V8 needs SSE 4.1: without it, V8 refuses such modules as an old browser does.
const WITHOUT_SIMD = '--js-flags=--no-enable-sse4-1'
const noSimd = missing ?? (process.arch === 'x64' ? undefined : 'only x64 can switch SIMD off')
if (noSimd !== undefined && missing === undefined) console.log(`skipped: no SIMD: ${noSimd}`)

describe.skipIf(noSimd !== undefined)('a browser without SIMD', () => {
  it('runs plain JavaScript, and says why', async () => {
    const environment = ENVIRONMENTS.find(({ slug }) => slug === 'script')!
    const folder = makeFolder(consumer, 'no-simd')
    await environment.build(consumer, folder)
    const server = await serveFolder(join(folder, environment.site), { headers: ISOLATION_HEADERS })
    const browser = await chromium.launch({
      executablePath,
      args: [...QUICK_ARGUMENTS, WITHOUT_SIMD],
    })
    try {
      await visit(browser, server, async (page) => {
        const why = "this host's WebAssembly has no SIMD"
        expect(await reportOf(page)).toEqual({
          ...{ device: 'reference', reason: `auto: ${why}`, threads: 1, sharedMemory: true },
          ...{ rankSum: '1.000000000', isSorted: true, bsp: 5050 },
          worker: {
            ...{ isSorted: true, device: '' },
            vertices: `DeviceUnavailableError: ${why}`,
          },
          error: 'DeviceUnavailableError false',
          wasm: `${why}: use a newer version: Node 20.19, Chrome 91, Firefox 89, Safari 16.4`,
        })
      })
    } finally {
      await browser.close()
    }
  })
})
