/**
 * dist/browser/isolate.js on a host that sends no headers: the page of docs/browsers.md comes out
 * isolated after one more load, and never loads for ever; what the worker passes on stays what it
 * was; it can be removed.
 */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserRemedy, findBrowser } from '../../scripts/browser.mjs'
import { writeIsolatePage, writeProgram } from '../environments/build.js'
import { QUICK_ARGUMENTS, reportOf, visit } from '../environments/pages.js'
import { ROOT } from '../support/paths.js'
import { type StaticServer, serveFolder } from '../support/static-server.js'

const executablePath = findBrowser()
if (executablePath === undefined) console.log(`skipped: isolate.js: ${browserRemedy()}`)

const site = mkdtempSync(join(tmpdir(), 'ticktickclock-isolate-'))
afterAll(() => rmSync(site, { recursive: true, force: true }))

const PIXEL = `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"></svg>`

beforeAll(() => {
  cpSync(join(ROOT, 'dist/browser'), join(site, 'ticktickclock'), { recursive: true })
  writeIsolatePage(site)
  writeProgram('app', join(site, 'app.js'))
  const everything = './ticktickclock/ticktickclock.module.js'
  writeProgram('main-script', join(site, 'main.js'), [
    `import * as ticktickclock from '${everything}'\n`,
  ])
  const script = (attributes: string) =>
    `<!doctype html><title>x</title><script src="isolate.js" ${attributes}></script>`
  writeFileSync(join(site, 'bare.html'), script(''))
  writeFileSync(join(site, 'remove.html'), script('data-remove'))
  writeFileSync(join(site, 'pixel.svg'), PIXEL)
})

/** Makes pages believe that this property of the window is false. */
const pretend = (name: string) => (page: Page) =>
  page
    .addInitScript(
      (property) => Object.defineProperty(globalThis, property, { get: () => false }),
      name,
    )
    .then(() => {})
const isIsolated = (page: Page) => page.evaluate(() => globalThis.crossOriginIsolated)
const untilIsolated = (page: Page) =>
  page.waitForFunction(() => globalThis.crossOriginIsolated, undefined, { timeout: 20_000 })
const loadsOf = (server: StaticServer, page: string) =>
  server.requested.filter((path) => path.endsWith(page)).length

describe.skipIf(executablePath === undefined)('isolate.js', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: QUICK_ARGUMENTS })
  })
  afterAll(() => browser?.close())

  it('gives a page threads, by one more load, in the folder where it lies', async () => {
    const server = await serveFolder(site, { prefix: '/some/where/' })
    await visit(browser, server, async (page) => {
      await untilIsolated(page)
      const report = await reportOf(page)
      expect(report).toMatchObject({ threads: 2, sharedMemory: true, wasm: 'all well' })
      expect(report).toMatchObject({ worker: { device: 'WASM, 2 threads' } })
      expect(loadsOf(server, '/some/where/')).toBe(2)
      await page.reload()
      await untilIsolated(page)
      expect(loadsOf(server, '/some/where/')).toBe(3)
    })
  })

  it('lets pictures of other origins pass, and errors be what they are', async () => {
    const [server, other] = await Promise.all([serveFolder(site), serveFolder(site)])
    await visit(browser, server, async (page, context) => {
      await untilIsolated(page)
      const width = await page.evaluate(async (source) => {
        const image = new Image()
        image.src = source
        await image.decode()
        return image.naturalWidth
      }, `${other.url}pixel.svg`)
      expect(width).toBe(3)
      const missing = await page.goto(`${server.url}missing.html`)
      expect(missing?.status()).toBe(404)
      expect(missing?.headers()['cross-origin-opener-policy']).toBe('same-origin')
      await context.setOffline(true)
      await expect(page.goto(`${server.url}bare.html`)).rejects.toThrow(/net::ERR_/)
      await context.setOffline(false)
      await page.goto(`${server.url}bare.html`)
      expect(await isIsolated(page)).toBe(true)
    })
    await other.close()
  })

  it.each([
    ['a policy that forbids workers', { 'Content-Security-Policy': "worker-src 'none'" }, 1],
    // Nothing that is tried helps: one more load for each policy, and no more.
    ['a browser that never isolates', {}, 3],
  ] as const)('under %s says so and does not load for ever', async (what, headers, loads) => {
    const server = await serveFolder(site, { headers })
    const overWritten = what.includes('never')
    await visit(
      browser,
      server,
      async (page, _context, said) => {
        const own = () => said.filter((text) => text.startsWith('isolate.js: this page stays'))
        await expect.poll(() => own().length, { timeout: 20_000 }).toBe(1)
        await page.waitForTimeout(300)
        expect(loadsOf(server, 'bare.html')).toBe(loads)
        // A load by hand doesn't begin it all anew.
        await page.reload()
        await expect.poll(() => own().length, { timeout: 20_000 }).toBe(2)
        expect(loadsOf(server, 'bare.html')).toBe(loads + 1)
      },
      { path: 'bare.html', prepare: overWritten ? pretend('crossOriginIsolated') : undefined },
    )
  })

  it('says what it needs where there are no service workers', async () => {
    const server = await serveFolder(site)
    await visit(
      browser,
      server,
      async (_page, _context, said) => {
        await expect.poll(() => said.join('\n')).toMatch(/need HTTPS, or localhost/)
      },
      { path: 'bare.html', prepare: pretend('isSecureContext') },
    )
  })

  it('can be removed', async () => {
    const server = await serveFolder(site)
    await visit(browser, server, async (page) => {
      await untilIsolated(page)
      await page.goto(`${server.url}remove.html`)
      const count = () =>
        page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)
      await expect.poll(count).toBe(0)
      await page.reload()
      expect(await isIsolated(page)).toBe(false)
    })
  })
})
