/** Opens a page of the benchmark in a browser and says what is drawn there. */

import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { BROWSER_ARGUMENTS, browserRemedy, findBrowser } from '../../scripts/browser.mjs'

const executablePath = findBrowser()

/** Why no page can be opened, or undefined. */
export const noBrowser =
  executablePath === undefined ? `there is no browser: ${browserRemedy()}` : undefined

/** One section that has a plot. */
export interface DrawnSection {
  title: string
  /** Of the plot, for those who can't see it. */
  label: string
  tableRows: number
  /** Dots and bars within the drawing. */
  marks: number
  /** Those that lie outside, or nowhere. */
  strays: number
  axisLabels: number
}

/** What a page shows at a width. */
export interface ShownPage {
  /** Everything that it wrote to the console, and errors. */
  messages: string[]
  requests: string[]
  sections: DrawnSection[]
  /** Pixels that the page is wider than the window. */
  overflow: number
  background: string
  scripts: number
}

/** Opens the file. */
export async function showPage(
  file: string,
  { width, colorScheme }: { width: number; colorScheme: 'light' | 'dark' },
): Promise<ShownPage> {
  const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS })
  try {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    const messages: string[] = []
    const requests: string[] = []
    page.on('console', (message) => messages.push(message.text()))
    page.on('pageerror', (error) => messages.push(String(error)))
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(pathToFileURL(file).href)
    const shown = await page.evaluate(() => {
      const root = document.documentElement
      const sections = [...document.querySelectorAll('section section')].flatMap((section) => {
        const svg = [...section.querySelectorAll('svg[role=img]')].find(
          (each) => each.getBoundingClientRect().width > 0,
        )
        if (svg === undefined) return []
        const frame = svg.getBoundingClientRect()
        const marks = [...svg.querySelectorAll('[aria-label=dot] > *, [aria-label=bar] > *')]
        const strays = marks.filter((mark) => {
          const box = mark.getBoundingClientRect()
          const inside = box.left >= frame.left - 1 && box.right <= frame.right + 1
          return !(inside && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1)
        })
        return [
          {
            title: section.querySelector('h3')?.textContent ?? '',
            label: svg.getAttribute('aria-label') ?? '',
            tableRows: section.querySelectorAll('tbody tr').length,
            marks: marks.length,
            strays: strays.length,
            axisLabels: svg.querySelectorAll('[aria-label$="axis label"] text').length,
          },
        ]
      })
      return {
        sections,
        overflow: root.scrollWidth - innerWidth,
        background: getComputedStyle(document.body).backgroundColor,
        scripts: document.scripts.length,
      }
    })
    return { ...shown, messages, requests }
  } finally {
    await browser.close()
  }
}
