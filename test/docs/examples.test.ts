/**
 * The code in README.md and docs/ is right: every TypeScript block is type-checked, and run unless
 * it is marked for browsers; JavaScript files are run beside each other; every link to a file leads
 * somewhere, the heading that it names included.
 */

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../support/paths.js'
import { printedLines, runScript, runSnippet, typeProblems } from '../support/snippets.js'

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true }).map((name) => `docs/${name}`),
].filter((path) => path.endsWith('.md'))

interface Block {
  page: string
  line: number
  code: string
  browser: boolean
}

/** Blocks fenced as `ts` or `ts browser`. */
function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```ts( browser)?\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[2],
    browser: match[1] !== undefined,
  }))
}

/** Blocks fenced as `js`, which begin with the name of the file that they are. */
function filesOf(page: string): { name: string; code: string }[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```js\n(\/\/ (\S+)\n[\s\S]*?)^```$/gm)].map((match) => ({
    name: match[2],
    code: match[1],
  }))
}

/** Names of a page's headings, as links end in them. */
function headingsOf(from: string, page: string): Set<string> {
  const text = readFileSync(join(ROOT, from, page), 'utf8')
  const name = (heading: string) => heading.toLowerCase().replaceAll(/[^\w\s-]/g, '')
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map((match) => name(match[1]).replaceAll(' ', '-')),
  )
}

const blocks = PAGES.flatMap(blocksOf)
// Inside the checkout, so that 'ticktickclock' is this package.
const folder = join(ROOT, 'build', 'docs-examples')
const data = mkdtempSync(join(tmpdir(), 'ticktickclock-docs-'))
const sourceOf = ({ page, line }: Block) =>
  join(folder, `${`${page}:${line}`.replaceAll(/[/.:]/g, '-')}.mts`)
let problems: Map<string, string[]>

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const routes = join(ROOT, 'node_modules/vega-datasets/data/flights-airport.csv')
  copyFileSync(routes, join(data, 'flights.csv'))
  for (const block of blocks) writeFileSync(sourceOf(block), `${block.code}\nexport {}\n`)
  problems = typeProblems(blocks.map(sourceOf))
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

describe('the documentation', () => {
  it('has examples in it', () => {
    expect(blocks.length).toBeGreaterThan(5)
  })

  it.each(blocks.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s compiles and runs',
    async (_place, block) => {
      expect(problems.get(sourceOf(block))).toEqual([])
      if (!block.browser) await runSnippet(sourceOf(block), data)
    },
  )

  it.each(PAGES.filter((page) => filesOf(page).length > 0))(
    '%s has JavaScript files that run',
    async (page) => {
      const place = join(folder, page.replaceAll(/[/.]/g, '-'))
      mkdirSync(place, { recursive: true })
      const files = filesOf(page)
      for (const { name, code } of files) writeFileSync(join(place, name), code)
      for (const { name, code } of files) {
        const stdout = await runScript(join(place, name), place)
        expect(stdout.split('\n').slice(0, -1)).toEqual(printedLines(code))
      }
    },
  )

  it.each(PAGES)('%s leads only to files that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map((match) => match[1])
    const broken = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => !existsSync(join(ROOT, dirname(page), link)))
    expect(broken).toEqual([])
    const places = [...text.matchAll(/\]\(([^)#\s]*\.md)#([^)]*)\)/g)]
    const lost = places.filter(([, file, heading]) => !headingsOf(dirname(page), file).has(heading))
    expect(lost.map(([link]) => link)).toEqual([])
  })
})
