/**
 * docs/validation.md is complete and names what exists; the check of it notices when it doesn't.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { validate } from '../../scripts/validation.mjs'
import { ROOT } from '../support/paths.js'

const page = readFileSync(join(ROOT, 'docs/validation.md'), 'utf8')

describe('docs/validation.md', () => {
  it('has every requirement, and names only what exists', () => {
    expect(validate(page).problems).toEqual([])
  })

  it.each([
    [/^\| T31 .*\n/m, '', 'T31: has no row'],
    [/^(\| T31 .*\n)/m, '$1$1', 'T31: stands there twice'],
    ['| T31 |', '| T310 |', 'T310: is no requirement'],
    [
      '`test/bsp/handle.test.ts` "starts, then runs"',
      '`test/bsp/handle.test.ts` "flies"',
      'S0.2: no test of test/bsp/handle.test.ts is called "flies"',
    ],
    ['`test/bsp/handle.test.ts`', '`test/none.ts`', 'S0.2: there is no file test/none.ts'],
    ['bench suite `bsp`', 'bench suite `none`', 'S0.3: there is no benchmark suite "none"'],
    ['command `npm test`', 'command `npm run none`', 'S1.9: there is no command npm run none'],
    ['planned, 0.3', 'planned, 7', 'S0.5: no version "7" is planned'],
    [/^\*\*\d+ lines: /m, '**7 lines: ', 'docs/validation.md must say: '],
  ])('is found wrong where %s becomes "%s"', (from, to, problem) => {
    const changed = page.replace(from, to)
    expect(changed).not.toBe(page)
    expect(validate(changed).problems.join('\n')).toContain(problem)
  })
})
