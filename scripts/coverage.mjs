/**
 * `npm run test:coverage`, the part behind the tests: which lines of src/ ran, summed over every
 * process and every worker thread in which Node runs our code (NODE_V8_COVERAGE), and a threshold
 * for each folder that promises one. Used by test.mjs.
 *
 * Not counted: AssemblyScript and WGSL, which V8 does not see; what a page runs. Files of which
 * nothing ran count with all their lines.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
// @ts-expect-error: this package has no types
import { mergeProcessCovs } from '@bcoe/v8-coverage'
import { convert } from 'ast-v8-to-istanbul'
import istanbulCoverage from 'istanbul-lib-coverage'
import istanbulReport from 'istanbul-lib-report'
import istanbulReports from 'istanbul-reports'
import { parseAst } from 'vite'
import { root, say } from './setup.mjs'

/** Folders of src/ of which at least this share of lines, in percent, must run in tests. */
const THRESHOLDS = { graph: 95, kernels: 95, bsp: 95, time: 95 }

/** Scripts of dist/ that are made by a tool or that only pages run, bundles among them. */
const NOT_COUNTED = /generated|[.]browser[.]js$|^browser[\\/]/

const REPORT = join(root, 'build/coverage')

/** Where processes leave what they counted: some gigabytes, which go when they are summed. */
export const COUNTS = join(root, 'build/coverage-counts')

/** @typedef {{ lines: number, covered: number }} Share */
/** @typedef {import('node:inspector').Profiler.ScriptCoverage} ScriptCoverage */
/** @typedef {import('node:inspector').Profiler.FunctionCoverage} FunctionCoverage */

export function clearCounts() {
  rmSync(COUNTS, { recursive: true, force: true })
  mkdirSync(COUNTS, { recursive: true })
}

/**
 * Writes build/coverage (HTML, and a summary as JSON), prints the table by folders.
 *
 * @returns {Promise<string[]>} folders that are below their threshold
 */
export async function reportCoverage() {
  const map = await coverageMap(sumCounts())
  rmSync(REPORT, { recursive: true, force: true })
  const context = istanbulReport.createContext({ dir: REPORT, coverageMap: map })
  for (const kind of /** @type {const} */ (['html', 'json-summary', 'text'])) {
    istanbulReports.create(kind, { skipFull: kind === 'text' }).execute(context)
  }
  rmSync(COUNTS, { recursive: true, force: true })
  const low = []
  for (const [folder, share] of shares(map)) {
    const percent = (100 * share.covered) / share.lines
    const needed = THRESHOLDS[/** @type {keyof typeof THRESHOLDS} */ (folder)]
    const bound = needed === undefined ? '' : `, at least ${needed} % needed`
    say(`${folder}: ${percent.toFixed(2)} % of ${share.lines} lines${bound}`)
    if (needed !== undefined && percent < needed) low.push(folder)
  }
  return low
}

/**
 * The counts of all processes and threads in one, our own scripts only; one file after the other,
 * since they don't fit into memory together.
 *
 * @returns {Map<string, ScriptCoverage>} by path of the script in dist/
 */
function sumCounts() {
  /** @type {{ result: ScriptCoverage[] }} */
  let sum = { result: [] }
  const own = pathToFileURL(join(root, 'dist')).href
  for (const name of readdirSync(COUNTS)) {
    const text = readFileSync(join(COUNTS, name), 'utf8')
    if (text.length === 0) continue // of a process that was killed while it wrote
    /** @type {{ result: ScriptCoverage[] }} */
    const { result } = JSON.parse(text)
    const scripts = result.filter(({ url }) => url.startsWith(own))
    for (const script of scripts) script.url = script.url.replace(/[?#].*$/, '')
    sum = mergeProcessCovs([sum, { result: scripts }])
  }
  return new Map(sum.result.map((script) => [fileURLToPath(script.url), script]))
}

/** @param {ReturnType<typeof sumCounts>} sums */
async function coverageMap(sums) {
  const map = istanbulCoverage.createCoverageMap({})
  const scripts = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !NOT_COUNTED.test(name))
    .map((name) => join(root, 'dist', name))
  for (const path of scripts) {
    const code = readFileSync(path, 'utf8')
    const functions = sums.get(path)?.functions ?? []
    const data = await convert({
      code,
      ast: parseAst(code),
      sourceMap: JSON.parse(readFileSync(`${path}.map`, 'utf8')),
      coverage: { url: pathToFileURL(path).href, functions: whole(functions, code.length) },
    })
    map.merge(data)
  }
  return map
}

/**
 * A script that nobody loaded has no ranges at all, which would read as "everything ran".
 *
 * @param {FunctionCoverage[]} functions
 * @param {number} endOffset
 */
function whole(functions, endOffset) {
  if (functions.length > 0) return functions
  const ranges = [{ startOffset: 0, endOffset, count: 0 }]
  return [{ functionName: '', isBlockCoverage: true, ranges }]
}

/**
 * @param {import('istanbul-lib-coverage').CoverageMap} map
 * @returns {[string, Share][]} by folder of src/, its own files as `.`
 */
function shares(map) {
  /** @type {Map<string, Share>} */
  const folders = new Map()
  for (const path of map.files()) {
    const parts = relative(join(root, 'src'), path).split(/[\\/]/)
    const folder = parts.length === 1 ? '.' : parts[0]
    const share = folders.get(folder) ?? { lines: 0, covered: 0 }
    const { lines } = map.fileCoverageFor(path).toSummary()
    folders.set(folder, {
      lines: share.lines + lines.total,
      covered: share.covered + lines.covered,
    })
  }
  return [...folders].sort(([a], [b]) => (a < b ? -1 : 1))
}
