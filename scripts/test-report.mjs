/**
 * What a test run did, for people: Markdown from vitest's JSON report. Failures with their messages
 * first, then what was skipped, then files by result and time. Written by test.mjs; continuous
 * integration keeps it.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, platform } from 'node:os'
import { relative } from 'node:path'
import { root } from './setup.mjs'

/**
 * @typedef {{ fullName: string, status: string, duration?: number, failureMessages: string[] }}
 *   Test
 */
/** @typedef {{ name: string, status: string, message: string, assertionResults: Test[] }} File */

const MOST_LINES_OF_A_FAILURE = 30
const SLOWEST = 15

/**
 * @param {string} resultsPath vitest's JSON
 * @param {string} reportPath
 * @param {string} seed of the property tests
 */
export function writeTestReport(resultsPath, reportPath, seed) {
  if (!existsSync(resultsPath)) return
  /** @type {{ startTime: number, testResults: File[] }} */
  const { startTime, testResults } = JSON.parse(readFileSync(resultsPath, 'utf8'))
  const processors = `${availableParallelism()} processors`
  const host = `Node ${process.version}, ${platform()} ${arch()}, ${processors}`
  const repeat = `repeat with TICKTICKCLOCK_TEST_SEED=${seed}`
  const lines = [
    '# Test report',
    '',
    `${new Date(startTime).toISOString()}, ${host}, seed ${seed} (${repeat})`,
    ...failures(testResults),
    ...skipped(testResults),
    ...byFile(testResults),
    ...slowest(testResults),
  ]
  writeFileSync(reportPath, `${lines.join('\n')}\n`)
}

/** @param {File} file */
const pathOf = (file) => relative(root, file.name)

/** @param {File[]} files */
function failures(files) {
  const lines = []
  for (const file of files) {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed')
    // A file that could not be loaded has no tests.
    if (file.status === 'failed' && failed.length === 0) {
      lines.push('', `### ${pathOf(file)}`, ...fenced(file.message))
    }
    for (const test of failed) {
      lines.push('', `### ${pathOf(file)}: ${test.fullName}`)
      lines.push(...fenced(test.failureMessages.join('\n')))
    }
  }
  return ['', '## Failed', ...(lines.length > 0 ? lines : ['', 'Nothing.'])]
}

/** @param {string} text */
function fenced(text) {
  const all = text.split('\n')
  const more = all.length > MOST_LINES_OF_A_FAILURE ? ['…'] : []
  return ['', '````text', ...all.slice(0, MOST_LINES_OF_A_FAILURE), ...more, '````']
}

/** @param {File[]} files */
function skipped(files) {
  const lines = files.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => `- ${pathOf(file)}: ${fullName}`),
  )
  return ['', '## Skipped', '', ...(lines.length > 0 ? [...new Set(lines)].sort() : ['Nothing.'])]
}

/** @param {File[]} files */
function byFile(files) {
  const rows = files.map((file) => {
    const count = (/** @type {string} */ status) =>
      file.assertionResults.filter((test) => test.status === status).length
    const seconds =
      file.assertionResults.reduce((sum, { duration = 0 }) => sum + duration, 0) / 1000
    const rest = file.assertionResults.length - count('passed') - count('failed')
    return { file: pathOf(file), passed: count('passed'), failed: count('failed'), rest, seconds }
  })
  rows.sort((a, b) => b.failed - a.failed || (a.file < b.file ? -1 : 1))
  return [
    '',
    '## Files',
    '',
    'A file that runs in several places (Node, pages with and without isolation) has a row each.',
    '',
    '| file | passed | failed | skipped | seconds |',
    '|---|---:|---:|---:|---:|',
    ...rows.map(
      ({ file, passed, failed, rest, seconds }) =>
        `| ${file} | ${passed} | ${failed} | ${rest} | ${seconds.toFixed(1)} |`,
    ),
  ]
}

/** @param {File[]} files */
function slowest(files) {
  const tests = files.flatMap((file) =>
    file.assertionResults.map(({ fullName, duration = 0 }) => ({ file, fullName, duration })),
  )
  tests.sort((a, b) => b.duration - a.duration)
  return [
    '',
    '## Slowest tests',
    '',
    '| seconds | test |',
    '|---:|---|',
    ...tests.slice(0, SLOWEST).map(({ file, fullName, duration }) => {
      const name = `${pathOf(file)}: ${fullName}`.replaceAll('|', '\\|')
      return `| ${(duration / 1000).toFixed(1)} | ${name} |`
    }),
  ]
}
