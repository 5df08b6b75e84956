/**
 * What goes wrong in pages, and that the message says what: a script or the binary that is not
 * there, isolation that a script doesn't have, policies, other origins. These are the messages of
 * docs/troubleshooting.md.
 */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserRemedy, findBrowser, ISOLATION_HEADERS } from '../../scripts/browser.mjs'
import type { Attempts } from '../environments/attempt.js'
import { writeProgram } from '../environments/build.js'
import { QUICK_ARGUMENTS, reportOf, visit } from '../environments/pages.js'
import { ROOT } from '../support/paths.js'
import { serveFolder } from '../support/static-server.js'

const executablePath = findBrowser()
if (executablePath === undefined) console.log(`skipped: refusals in pages: ${browserRemedy()}`)

const root = mkdtempSync(join(tmpdir(), 'ticktickclock-refusals-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A site with dist/browser, without some of its files, and the program that tries it. */
function makeSite(name: string, without: readonly string[] = [], from = '.'): string {
  const site = join(root, name)
  cpSync(join(ROOT, 'dist/browser'), site, { recursive: true })
  for (const file of without) rmSync(join(site, file))
  const page = '<!doctype html><title>x</title><script type="module" src="attempt.js"></script>'
  writeFileSync(join(site, 'index.html'), page)
  writeProgram('attempt', join(site, 'attempt.js'), [
    `import * as ticktickclock from '${from}/ticktickclock.module.js'\n`,
  ])
  return site
}

describe.skipIf(executablePath === undefined)('a page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: QUICK_ARGUMENTS })
  })
  afterAll(() => browser?.close())

  async function saysOf(
    site: string,
    options: Parameters<typeof serveFolder>[1] = {},
  ): Promise<Attempts & { url: string }> {
    const server = await serveFolder(site, options)
    let said: Attempts | undefined
    await visit(browser, server, async (page) => {
      said = await reportOf<Attempts>(page)
    })
    return { ...said!, url: server.url }
  }

  it('without the scripts of workers names the files that it looked for', async () => {
    const files = ['pool-worker.browser.js', 'calls-worker.browser.js']
    const { url, device, worker, doctor } = await saysOf(makeSite('no-scripts', files))
    const problem = (file: string) =>
      `worker failed: its script could not be loaded: ${url}${file}, or what a bundler renamed ` +
      'that to, is not there or is no JavaScript'
    expect(device).toBe(
      `DeviceLostError: a worker of the pool could not start (${problem(files[0])})`,
    )
    expect(worker).toBe(`DeviceLostError: the worker stopped (${problem(files[1])})`)
    expect(doctor).toMatch(/could not start .*; use device 'reference'/)
  })

  it('isolated, whose scripts are not, says so', async () => {
    const headers = (path: string): Record<string, string> =>
      path === '/' ? ISOLATION_HEADERS : {}
    const { url, device, worker } = await saysOf(makeSite('half-isolated'), { headers })
    const problem = (file: string) =>
      `the page is cross-origin isolated, and ${url}${file} came without the header ` +
      'Cross-Origin-Embedder-Policy: require-corp'
    expect(device).toContain(problem('pool-worker.browser.js'))
    expect(worker).toContain(problem('calls-worker.browser.js'))
  })

  it('whose policy refuses workers names URL and directive', async () => {
    const policy = { 'Content-Security-Policy': "worker-src 'none'" }
    const { url, device, worker } = await saysOf(makeSite('no-workers'), { headers: policy })
    const problem = (file: string) =>
      `the page's content security policy refuses ${url}${file} (worker-src)`
    expect(device).toContain(problem('pool-worker.browser.js'))
    expect(worker).toContain(problem('calls-worker.browser.js'))
  })

  it('whose policy refuses WASM takes plain JavaScript, and says how to change it', async () => {
    const headers = { 'Content-Security-Policy': "script-src 'self'; worker-src 'self'" }
    const { device, auto, worker, doctor } = await saysOf(makeSite('no-wasm'), { headers })
    const why =
      "the page's content security policy refuses WebAssembly: 'wasm-unsafe-eval' is missing in " +
      'its script-src'
    expect(device).toContain(`DeviceUnavailableError: ${why}`)
    expect(auto).toBe(`auto: ${why}`)
    expect(worker).toBe('sorted')
    expect(doctor).toBe(
      `${why}; send script-src 'self' 'wasm-unsafe-eval' with the page and with its scripts`,
    )
  })

  it('without the binary names it', async () => {
    const { url, device, worker, auto } = await saysOf(makeSite('no-binary', ['kernels.wasm']))
    const problem =
      `DeviceUnavailableError: the WASM kernels can't be loaded from ${url}kernels.wasm: the ` +
      'server answered 404; copy kernels.wasm there, or say where it is: configure({ wasm })'
    expect(device).toBe(problem)
    expect(auto).toBe(problem)
    // A sort of two values needs no WASM.
    expect(worker).toBe('sorted')
  })

  it('that gets a page for the binary says that it is none', async () => {
    const site = makeSite('page-for-binary')
    writeFileSync(join(site, 'kernels.wasm'), '<!doctype html><title>Home</title>')
    const { url, device } = await saysOf(site)
    expect(device).toMatch(
      /^DeviceUnavailableError: the WASM kernels of .*kernels\.wasm can't be compiled: .*magic/,
    )
    expect(device).toContain(`${url}kernels.wasm`)
  })

  it('with the package from another origin says what a browser lets it do', async () => {
    const other = await serveFolder(makeSite('other-origin'), {
      headers: { 'Access-Control-Allow-Origin': '*' },
    })
    const site = makeSite('own-origin', [], other.url.slice(0, -1))
    const { device, worker } = await saysOf(site)
    await other.close()
    const problem = (file: string) =>
      `DeviceUnavailableError: the worker ${other.url}${file} can't be started: `
    expect(device).toContain(problem('pool-worker.browser.js'))
    expect(device).toMatch(/origin of the page only: .* configure\(\{ workerFactory \}\)$/)
    expect(worker).toContain(problem('calls-worker.browser.js'))
  })
})
