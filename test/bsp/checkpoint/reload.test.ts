/**
 * A page that goes away in the middle of a run, and comes again: it goes on from the checkpoint in
 * its browser's database, with the bits of a run that nothing happened to.
 */

import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import * as bsp from 'ticktickclock/bsp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../dist/random.js'
import { browserRemedy, findBrowser, ISOLATION_HEADERS } from '../../../scripts/browser.mjs'
import { QUICK_ARGUMENTS, reportOf, visit } from '../../environments/pages.js'
import { ROOT } from '../../support/paths.js'
import { walkProgram } from '../../support/programs/walk.mjs'
import { scratchFolder } from '../../support/scratch.js'
import { testSeed } from '../../support/seed.js'
import { serveFolder } from '../../support/static-server.js'

const executablePath = findBrowser()
if (executablePath === undefined) console.log(`skipped: reloaded pages: ${browserRemedy()}`)

const EVERY = 5
const SUPERSTEPS = 200
const SHAPE = { processors: 3, seed: 7, maxSupersteps: 1000 }

const PROGRAM = `import { bsp } from './ticktickclock/ticktickclock.module.js'
import { walkProgram } from './walk.js'
export const program = walkProgram(bsp)
`
const WORKER = `import { bsp } from './ticktickclock/ticktickclock.module.js'
import { program } from './program.js'
bsp.serve(program)
`
const MAIN = `import { bsp } from './ticktickclock/ticktickclock.module.js'
import { program } from './program.js'
const store = bsp.indexedDbStore('walk')
const kind = new URLSearchParams(location.search).get('transport')
const onWorkers = { workerFactory: () => new Worker('worker.js', { type: 'module' }) }
const where = kind === 'inline' ? { transport: kind } : onWorkers
const handle = (await store.load()) === undefined
  ? bsp.run(program, {
      ...where,
      ...${JSON.stringify(SHAPE)},
      input: { supersteps: ${SUPERSTEPS}, pauseMs: 5 },
      checkpoint: { every: ${EVERY}, store },
    })
  : bsp.resume(program, { ...where, store })
let first
for await (const { superstep } of handle) {
  first ??= superstep
  document.documentElement.dataset.superstep = superstep
}
const { result, resumedFrom, transport } = await handle
const report = { first, resumedFrom, transport, bits: JSON.stringify(result) }
document.documentElement.dataset.report = JSON.stringify(report)
`

interface Report {
  first: number
  resumedFrom: number | undefined
  transport: string
  bits: string
}

const { folder: site, remove } = scratchFolder()
afterAll(remove)
beforeAll(() => {
  cpSync(join(ROOT, 'dist/browser'), join(site, 'ticktickclock'), { recursive: true })
  cpSync(join(ROOT, 'test/support/programs/walk.mjs'), join(site, 'walk.js'))
  writeFileSync(join(site, 'program.js'), PROGRAM)
  writeFileSync(join(site, 'worker.js'), WORKER)
  writeFileSync(join(site, 'main.js'), MAIN)
  const page = '<!doctype html><title>walk</title><script type="module" src="main.js"></script>'
  writeFileSync(join(site, 'index.html'), page)
})

/** Ways for a page to go; each gives the page that has come instead. */
const ENDS: readonly ((page: Page) => Promise<Page>)[] = [
  async (page) => {
    await page.reload()
    return page
  },
  async (page) => {
    const [url, context] = [page.url(), page.context()]
    await page.close()
    const next = await context.newPage()
    await next.goto(url)
    return next
  },
  async (page) => {
    const [url, context] = [page.url(), page.context()]
    const crashed = page.waitForEvent('crash')
    page.goto('chrome://crash').catch(() => {})
    await crashed
    await page.close()
    const next = await context.newPage()
    await next.goto(url)
    return next
  },
]

const reach = (page: Page, superstep: number) =>
  page.waitForFunction(
    (least) => Number(document.documentElement.dataset.superstep) >= least,
    superstep,
  )

describe.skipIf(executablePath === undefined)('a page that goes in the middle of a run', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: QUICK_ARGUMENTS })
  })
  afterAll(() => browser?.close())

  it.each([
    ['threads', ISOLATION_HEADERS],
    ['transfer', {}],
    ['inline', {}],
  ])('comes again, by %s, and ends with the same bits', async (transport, headers) => {
    const input = { supersteps: SUPERSTEPS, pauseMs: 0 }
    const options = { ...SHAPE, input, transport: 'inline' } as const
    const undisturbed = await bsp.run(walkProgram(bsp), options)
    const random = createRandom(testSeed())
    const server = await serveFolder(site, { headers })
    const path = `?transport=${transport}`
    await visit(browser, server, seeItThrough, { path })

    async function seeItThrough(first: Page): Promise<void> {
      let page = first
      let superstep = 0
      for (const end of ENDS) {
        // Further on than two checkpoints are: the first of these has been kept.
        superstep += 2 * EVERY + 1 + random.nextBelow(15)
        await reach(page, superstep)
        page = await end(page)
      }
      const report = await reportOf<Report>(page)
      const { resumedFrom = 0, bits } = report
      expect(report).toMatchObject({ transport, first: resumedFrom })
      expect(resumedFrom).toBeGreaterThanOrEqual(superstep - 2 * EVERY)
      expect(resumedFrom % EVERY).toBe(0)
      expect(bits).toBe(JSON.stringify(undisturbed.result))
    }
  })
})
