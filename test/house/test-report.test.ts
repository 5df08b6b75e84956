/** The report of a test run: what failed and why comes first, nothing is left out. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeTestReport } from '../../scripts/test-report.mjs'
import { ROOT } from '../support/paths.js'

const test = (fullName: string, status: string, failureMessages: string[] = []) => ({
  fullName,
  status,
  duration: 1500,
  failureMessages,
})

it('names what failed, what was skipped, and every file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-report-'))
  const [results, report] = [join(folder, 'results.json'), join(folder, 'report.md')]
  const a = {
    name: join(ROOT, 'test/a.test.ts'),
    status: 'failed',
    message: '',
    assertionResults: [
      test('adds', 'passed'),
      test('subtracts', 'failed', ['expected 1 to be 2']),
      test('divides on the GPU', 'skipped'),
    ],
  }
  const b = {
    name: join(ROOT, 'test/b.test.ts'),
    status: 'failed',
    message: 'no such module',
    assertionResults: [],
  }
  writeFileSync(results, JSON.stringify({ startTime: 0, testResults: [a, b] }))
  writeTestReport(results, report, '77')
  const text = readFileSync(report, 'utf8')
  rmSync(folder, { recursive: true })
  expect(text).toContain('TICKTICKCLOCK_TEST_SEED=77')
  expect(text).toContain('### test/a.test.ts: subtracts\n\n````text\nexpected 1 to be 2\n````')
  expect(text).toContain('### test/b.test.ts\n\n````text\nno such module\n````')
  expect(text).toContain('- test/a.test.ts: divides on the GPU\n')
  expect(text).toContain('| test/a.test.ts | 1 | 1 | 1 | 4.5 |')
  expect(text).toContain('| test/b.test.ts | 0 | 0 | 0 | 0.0 |')
})
