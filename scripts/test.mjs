#!/usr/bin/env node
/**
 * `npm test`: sets up, builds, checks, and runs every test in Node and in a browser; `--full` runs
 * property suites with all their cases; `--coverage` runs the tests of Node only and reports which
 * lines ran (coverage.mjs). Other arguments go to vitest; with any, no checks.
 * As root on Debian it installs a missing browser; elsewhere it says what to install and what is
 * skipped for it. The last line on stdout is `N passed, N failed, N skipped`. What ran is reported
 * in build/test-report.md.
 */

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findBrowser, hasVulkanLoader, isDebian } from './browser.mjs'
import { build } from './build.mjs'
import { check } from './check.mjs'
import { installPackages, root, say, script } from './setup.mjs'
import { writeTestReport } from './test-report.mjs'

const RESULTS = 'build/test-results.json'

const OWN_ARGUMENTS = ['--full', '--coverage']

script(async () => {
  const withCoverage = process.argv.includes('--coverage')
  const args = process.argv.slice(2).filter((argument) => !OWN_ARGUMENTS.includes(argument))
  installPackages()
  installBrowser()
  build(['library', 'examples', 'demo'])
  const failedChecks = args.length === 0 && !withCoverage ? check() : []
  const seed = process.env.TICKTICKCLOCK_TEST_SEED || String(Math.floor(Math.random() * 2 ** 32))
  const full = process.argv.includes('--full') || process.env.TICKTICKCLOCK_TEST_FULL === '1'
  const environment = {
    TICKTICKCLOCK_TEST_SEED: seed,
    TICKTICKCLOCK_TEST_FULL: full ? '1' : '0',
  }
  const code = withCoverage
    ? await runWithCoverage(args, environment)
    : await runVitest(args, environment)
  say(`seed ${seed} (repeat with TICKTICKCLOCK_TEST_SEED=${seed})`)
  if (failedChecks.length > 0) say(`check failed: ${failedChecks.join(', ')}`)
  writeTestReport(join(root, RESULTS), join(root, 'build/test-report.md'), seed)
  const { passed, failed, skipped } = readCounts()
  if (passed + failed === 0) say('no test ran')
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return code !== 0 || failed > 0 || passed === 0 || failedChecks.length > 0 ? 1 : 0
})

/**
 * Debian's chromium brings the software GPU, but not the Vulkan loader that Node needs. Where
 * nothing can be installed, vitest.config.ts says what is skipped for want of a browser.
 */
function installBrowser() {
  const missing = []
  if (findBrowser() === undefined) missing.push('chromium')
  if (!hasVulkanLoader()) missing.push('libvulkan1')
  if (missing.length === 0) return
  const root = typeof process.getuid === 'function' && process.getuid() === 0
  if (root && isDebian()) {
    say(`installing ${missing.join(' and ')} with apt-get ...`)
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
    for (const args of [['update', '-qq'], install]) {
      const { status } = spawnSync('apt-get', args, {
        stdio: ['ignore', 'ignore', 2],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
      if (status !== 0) say(`apt-get ${args[0]} failed with code ${status}`)
    }
  }
  if (!hasVulkanLoader()) {
    say('no Vulkan loader: WebGPU tests in Node are skipped. To run them: install libvulkan1')
  }
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>} exit code
 */
function runVitest(args, env) {
  rmSync(join(root, RESULTS), { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args],
    { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP', 'SIGINT'])) {
    process.on(signal, () => child.kill(signal))
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code === null ? 1 : code))
  })
}

/**
 * Thresholds hold for all tests together: with arguments, the report is for reading.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>} exit code
 */
async function runWithCoverage(args, env) {
  const { clearCounts, COUNTS, reportCoverage } = await import('./coverage.mjs')
  clearCounts()
  const node = ['--project', 'node']
  const code = await runVitest([...node, ...args], { ...env, NODE_V8_COVERAGE: COUNTS })
  const low = await reportCoverage()
  if (args.length > 0 || low.length === 0) return code
  say(`too few lines ran in tests: ${low.join(', ')}`)
  return 1
}

/** Counts of tests, from vitest's JSON report; all zero when it did not get that far. */
function readCounts() {
  const path = join(root, RESULTS)
  if (!existsSync(path)) return { passed: 0, failed: 0, skipped: 0 }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
