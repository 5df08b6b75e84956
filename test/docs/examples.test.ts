/**
 * The code in README.md and docs/ is right: every TypeScript block is type-checked, and run unless
 * it is marked for browsers; JavaScript files are run beside each other; every link to a file leads
 * somewhere, the heading that it names included.
 */

import { execFile } from 'node:child_process'
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
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../support/paths.js'

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
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

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const routes = join(ROOT, 'node_modules/vega-datasets/data/flights-airport.csv')
  copyFileSync(routes, join(data, 'flights.csv'))
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
}

const SCRIPT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
}

describe('the documentation', () => {
  it('has examples in it', () => {
    expect(blocks.length).toBeGreaterThan(5)
  })

  it.each(blocks.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s compiles and runs',
    async (place, { code, browser }) => {
      const name = place.replaceAll(/[/.:]/g, '-')
      const source = join(folder, `${name}.mts`)
      writeFileSync(source, `${code}\nexport {}\n`)
      const program = ts.createProgram([source], OPTIONS)
      const problems = ts.getPreEmitDiagnostics(program)
      expect(problems.map((p) => ts.flattenDiagnosticMessageText(p.messageText, ' '))).toEqual([])
      if (browser) return
      const script = join(folder, `${name}.mjs`)
      writeFileSync(script, ts.transpileModule(code, { compilerOptions: SCRIPT }).outputText)
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], {
        cwd: data,
      })
      expect(stderr).toBe('')
      expect(stdout === '' || /\S/.test(stdout)).toBe(true)
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
        const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(place, name)])
        expect(stderr).toBe('')
        const expected = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(
          (match) => match[1],
        )
        expect(stdout.split('\n').slice(0, -1)).toEqual(expected)
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
