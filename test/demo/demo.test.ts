/**
 * The built page in a browser, with and without shared memory: it ranks on every device that there
 * is, its own thread computes nothing, it can be stopped and used by keyboard, fits a phone, and
 * says in words what goes wrong.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BROWSER_ARGUMENTS,
  browserRemedy,
  findBrowser,
  ISOLATION_HEADERS,
} from '../../scripts/browser.mjs'
import { ROOT } from '../support/paths.js'
import { serveFolder } from '../support/static-server.js'

const SITE = join(ROOT, 'build/demo')
const executablePath = findBrowser()
const missing =
  executablePath === undefined
    ? `there is no browser: ${browserRemedy()}`
    : existsSync(join(SITE, 'index.html'))
      ? undefined
      : 'build/demo is missing: npm run build'
if (missing !== undefined) console.log(`skipped: the demo page: ${missing}`)

/** A project page has a path of its own. */
const PREFIX = '/some/where/'
/** No task of the page's own thread may take longer. */
const LONGEST_TASK_MS = 50

describe.skipIf(missing !== undefined)('the demo page', () => {
  let browser: Browser
  let isolated: Awaited<ReturnType<typeof serveFolder>>
  let plain: typeof isolated

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS })
    isolated = await serveFolder(SITE, { headers: ISOLATION_HEADERS, prefix: PREFIX })
    plain = await serveFolder(SITE, { prefix: PREFIX })
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([isolated?.close(), plain?.close()])
  })

  /** Runs with a new page and fails for anything that it wrote to the console. */
  async function withPage(
    url: string,
    run: (page: Page) => Promise<void>,
    options: BrowserContextOptions & { expectedMessages?: RegExp } = {},
  ): Promise<void> {
    const { expectedMessages, ...contextOptions } = options
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...contextOptions,
    })
    const messages: string[] = []
    try {
      const page = await context.newPage()
      page.on('console', (message) => messages.push(message.text()))
      page.on('pageerror', (error) => messages.push(String(error)))
      await page.goto(url)
      await run(page)
      expect(messages.filter((message) => !expectedMessages?.test(message))).toEqual([])
    } finally {
      await context.close()
    }
  }

  it('ranks on every device when isolated, and its own thread computes nothing', async () => {
    await withPage(isolated.url, async (page) => {
      await reach(page, 'ranked')
      expect(await page.locator('#isolation').isVisible()).toBe(false)
      expect(await picked(page)).toBe('wasm')
      const longestMs = await longestTask(browser, page, async () => {
        for (const device of ['reference', 'wasm-1', 'webgpu']) await rankOn(page, device)
      })
      expect(longestMs).toBeLessThan(LONGEST_TASK_MS)
      for (const device of ['reference', 'wasm-1', 'wasm', 'webgpu']) {
        const row = page.locator(`#compare tr[data-device="${device}"]`)
        expect(await row.textContent()).toMatch(/(agrees|the reference).*\d ms.*\d ms/)
      }
      expect(await page.locator('#run').textContent()).toMatch(/Upload[\d.]+ ms/)
    })
  })

  // Together: most of their time is pauses, for people to watch.
  it.concurrent('says what is missing without shared memory, and ranks on the rest', async () => {
    await withPage(plain.url, async (page) => {
      await reach(page, 'ranked')
      expect(await picked(page)).toBe('wasm-1')
      expect(await page.locator('#isolation').textContent()).toMatch(/not cross-origin isolated/)
      expect(await page.locator('input[value="wasm"]').isDisabled()).toBe(true)
      expect(await page.locator('.device.missing').textContent()).toMatch(
        /not available: this page/,
      )
      await expectAtlantaFirst(page)
      await rankOn(page, 'webgpu')
    })
  })

  it.concurrent('works by keyboard: pick, rank, stop, change damping', async () => {
    await withPage(isolated.url, async (page) => {
      await reach(page, 'ranked')
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('wasm')
      await page.keyboard.press('ArrowUp')
      expect(await picked(page)).toBe('wasm-1')
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('damping')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await reach(page, 'ranking')
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('stop')
      await page.keyboard.press('Space')
      await reach(page, 'stopped')
      expect(await page.locator('#status').textContent()).toMatch(
        /^Stopped after \d+ iterations\.$/,
      )

      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Shift+Tab')
      for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight')
      expect(await page.locator('#damping-value').textContent()).toBe('0.90')
      await reach(page, 'ranking')
      await reach(page, 'ranked')
      await expectAtlantaFirst(page)
      expect(await page.locator('#run').textContent()).toMatch(/Damping0\.90/)
    })
  })

  it.concurrent('fits a phone, in the dark, with less motion', async () => {
    const phone = { width: 390, height: 844 }
    await withPage(
      plain.url,
      async (page) => {
        await reach(page, 'ranked')
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(width).toBeLessThanOrEqual(phone.width)
        // Nothing sticks out of its card either.
        const cut = await page.evaluate(
          () =>
            [...document.querySelectorAll('.card')].filter(
              (card) => card.scrollWidth > card.clientWidth,
            ).length,
        )
        expect(cut).toBe(0)
        await expectAtlantaFirst(page)
      },
      { viewport: phone, isMobile: true, colorScheme: 'dark', reducedMotion: 'reduce' },
    )
  })

  it.concurrent('says in words that a file is missing, and tries again', async () => {
    for (const [pattern, words] of [
      ['**/flights-airport.csv', /flights-airport\.csv.*404/],
      ['**/atlas.json', /the map .*404/],
      ['**/calls-worker.browser-*.js', /worker.*could not be loaded/],
    ] as const) {
      await withPage(
        isolated.url,
        async (page) => {
          await page.route(pattern, (route) => route.fulfill({ status: 404, body: '' }))
          await page.reload()
          await reach(page, 'failed')
          expect(await page.locator('#error').textContent()).toMatch(words)
          await page.unroute(pattern)
          await page.getByRole('button', { name: 'Rank' }).click()
          await reach(page, 'ranking')
          expect(await page.locator('#error').isVisible()).toBe(false)
        },
        { expectedMessages: /404/ },
      )
    }
  })

  it('says in words that the GPU was lost, and tries again', async () => {
    await withPage(plain.url, async (page) => {
      await reach(page, 'ranking')
      await page.locator('input[value="webgpu"]').check()
      await page.locator('#rank').click()
      await page.waitForFunction(
        () =>
          document.getElementById('status')?.textContent?.includes('WebGPU') &&
          document.getElementById('step')?.textContent?.includes('Iteration 4'),
      )
      const session = await browser.newBrowserCDPSession()
      await session.send('Browser.crashGpuProcess')
      await reach(page, 'failed')
      expect(await page.locator('#error').textContent()).toMatch(/the GPU was lost/)
      await page.locator('#rank').click()
      await reach(page, 'ranking')
    })
  })
})

type State = 'ranking' | 'ranked' | 'stopped' | 'failed'

async function reach(page: Page, state: State): Promise<void> {
  const ends: State[] = state === 'failed' ? ['failed'] : [state, 'failed']
  const selector = ends.map((end) => `main[data-state="${end}"]`).join()
  await page.waitForSelector(selector, { timeout: 30_000 })
  if (state === 'failed') return
  const problem = await page.locator('#error').textContent()
  expect(problem).toBe('')
}

async function rankOn(page: Page, device: string): Promise<void> {
  await page.locator(`input[value="${device}"]`).check()
  await page.locator('#rank').click()
  await reach(page, 'ranking')
  await reach(page, 'ranked')
  await expectAtlantaFirst(page)
}

async function expectAtlantaFirst(page: Page): Promise<void> {
  const rows = page.locator('#top tbody tr')
  expect(await rows.count()).toBe(10)
  expect(await rows.first().textContent()).toContain('ATL')
  expect(await page.locator('#status').textContent()).toMatch(/^Atlanta \(ATL\) leads/)
}

function picked(page: Page): Promise<string> {
  return page.locator('input[name="device"]:checked').inputValue()
}

function focused(page: Page): Promise<string> {
  return page
    .evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null
      return element?.name || element?.id || ''
    })
    .then(async (name) => (name === 'device' ? picked(page) : name))
}

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** Processor time in µs: what other processes take from a busy machine is not in it. */
  tdur?: number
  args: { name?: string }
}

/** Milliseconds of processor time that the longest task of the page's own thread took. */
async function longestTask(
  browser: Browser,
  page: Page,
  run: () => Promise<void>,
): Promise<number> {
  await page.evaluate(() => {
    const observer = new PerformanceObserver((list) => {
      const seen = (globalThis as { longTasks?: number[] }).longTasks ?? []
      seen.push(...list.getEntries().map(({ duration }) => duration))
      Object.assign(globalThis, { longTasks: seen })
    })
    observer.observe({ type: 'longtask' })
  })
  const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata']
  await browser.startTracing(page, { categories })
  await run()
  const trace: { traceEvents: TraceEvent[] } = JSON.parse((await browser.stopTracing()).toString())
  const mainThreads = trace.traceEvents
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid} ${tid}`)
  const tasksMs = trace.traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && mainThreads.includes(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000)
  expect(tasksMs.length).toBeGreaterThan(100)
  const longestMs = Math.max(...tasksMs)
  const observed = await page.evaluate(
    () => (globalThis as { longTasks?: number[] }).longTasks ?? [],
  )
  console.log(
    `the page's thread: ${tasksMs.length} tasks, the longest ${longestMs.toFixed(1)} ms of ` +
      `processor time; long tasks by the clock, in ms: ${observed.join(', ') || 'none'}`,
  )
  return longestMs
}
