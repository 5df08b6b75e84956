/**
 * Tests in three places: `node` (all of test/), `browser-isolated` and `browser-plain` (conformance
 * and browser tests, with and without the headers that allow shared memory). All of them import
 * the built package by its name. Without a browser the two browser projects are left out, in words.
 */

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import {
  BROWSER_ARGUMENTS,
  browserRemedy,
  findBrowser,
  gpuEnvironment,
  ISOLATION_HEADERS,
} from './scripts/browser.mjs'

const BROWSER_TESTS = ['test/**/*.conformance.test.ts', 'test/**/*.browser.test.ts']

const manifest: { exports: Record<string, string | Record<string, string>> } = JSON.parse(
  readFileSync(new URL('package.json', import.meta.url), 'utf8'),
)
const seed = process.env.TICKTICKCLOCK_TEST_SEED ?? String(Math.floor(Math.random() * 2 ** 32))
const full = process.env.TICKTICKCLOCK_TEST_FULL === '1'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Seed of this run. */
    seed: number
    /** True for `npm run test:full`. */
    full: boolean
  }
}

/** 'ticktickclock' and its subpaths, as files, as the exports map of package.json has them. */
function packageAliases(platform: 'node' | 'browser') {
  return Object.entries(manifest.exports).map(([entry, target]) => {
    const file = typeof target === 'string' ? target : (target[platform] ?? target.default)
    return {
      find: new RegExp(`^${entry.replace('.', 'ticktickclock')}$`),
      replacement: fileURLToPath(new URL(file, import.meta.url)),
    }
  })
}

const shared = {
  provide: { seed: Number(seed), full },
  testTimeout: full ? 600_000 : 60_000,
  hookTimeout: 60_000,
  setupFiles: 'test/support/equality.ts',
} as const

const node: TestProjectInlineConfiguration = {
  resolve: { alias: packageAliases('node') },
  test: {
    ...shared,
    name: 'node',
    // Dawn crashes in worker threads: one process for each file.
    pool: 'forks',
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.browser.test.ts'],
    setupFiles: [
      shared.setupFiles,
      ...(process.env.NODE_V8_COVERAGE ? ['test/support/coverage.ts'] : []),
    ],
    env: {
      ...gpuEnvironment(),
      TICKTICKCLOCK_TEST_SEED: seed,
      // Not there: what its user has calibrated doesn't choose the devices of tests.
      XDG_CONFIG_HOME: fileURLToPath(new URL('build/no-profile', import.meta.url)),
    },
    // The built package runs as users run it: loaded by Node itself, workers and WASM from dist/.
    server: { deps: { external: [/\/dist\//] } },
  },
}

function browser(isolated: boolean, executablePath: string): TestProjectInlineConfiguration {
  const name = isolated ? 'browser-isolated' : 'browser-plain'
  return {
    resolve: { alias: packageAliases('browser') },
    cacheDir: `node_modules/.vite/${name}`,
    server: { headers: isolated ? ISOLATION_HEADERS : {} },
    // A dependency found during a run would reload the page in the middle of a test.
    optimizeDeps: { include: ['comlink', 'fast-check'], entries: [] },
    test: {
      ...shared,
      name,
      include: BROWSER_TESTS,
      // A GPU knows nothing of isolation: once is enough.
      exclude: isolated ? [] : ['test/**/*-webgpu.conformance.test.ts'],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath, args: BROWSER_ARGUMENTS } }),
        instances: [{ browser: 'chromium' }],
      },
    },
  }
}

function projects(): TestProjectInlineConfiguration[] {
  const executablePath = findBrowser()
  if (executablePath !== undefined) {
    return [node, browser(true, executablePath), browser(false, executablePath)]
  }
  const skipped = `skipped in browsers: ${BROWSER_TESTS.join(', ')}`
  process.stderr.write(`no Chrome or Chromium; ${skipped}. To run them: ${browserRemedy()}\n`)
  return [node]
}

export default defineConfig({
  test: {
    projects: projects(),
    // Half of the time a test waits, for processes and pages: two at once, also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // test:watch compiles into dist/, which tests load without vitest's knowledge.
    forceRerunTriggers: ['**/dist/**/*.js', '**/dist/*.wasm', '**/vitest.config.ts'],
  },
})
