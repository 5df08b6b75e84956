/**
 * The code in README.md and docs/ is right: every TypeScript block is type-checked, and run unless
 * it is marked for browsers; every link to a file leads somewhere.
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

  it.each(PAGES)('%s leads only to files that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map((match) => match[1])
    const broken = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => !existsSync(join(ROOT, dirname(page), link)))
    expect(broken).toEqual([])
  })
})
