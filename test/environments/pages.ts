/** Visits to pages that run the small program: one browser, a context for each visit. */

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { BROWSER_ARGUMENTS } from '../../scripts/browser.mjs'
import type { StaticServer } from '../support/static-server.js'
import type { Report } from './app.js'

/** Without a GPU, which the program doesn't use and which takes a second to be looked for. */
export const QUICK_ARGUMENTS = BROWSER_ARGUMENTS.filter((name) => !name.includes('webgpu'))

/** Opens a server's page in a context of its own, and closes both. */
export async function visit(
  browser: Browser,
  server: StaticServer,
  look: (page: Page, context: BrowserContext, said: readonly string[]) => Promise<void>,
  options: { path?: string; prepare?: (page: Page) => Promise<void> } = {},
): Promise<void> {
  const context = await browser.newContext()
  const said: string[] = []
  try {
    const page = await context.newPage()
    page.on('console', (message) => said.push(message.text()))
    await options.prepare?.(page)
    await page.goto(server.url + (options.path ?? ''))
    await look(page, context, said)
  } finally {
    await context.close()
    await server.close()
  }
}

/** What the program says, or why it said nothing. */
export async function reportOf<T = Report | { error: string }>(page: Page): Promise<T> {
  const said = await page
    .waitForFunction(() => document.documentElement.dataset.report, undefined, { timeout: 60_000 })
    .then((handle) => handle.jsonValue())
  return JSON.parse(said as string)
}
