/** Graphs of other programs on the command line: npm's lock file, tables. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, parseCsv } from '../support/cli.js'
import { ROOT } from '../support/paths.js'

describe('ticktickclock pagerank', () => {
  it('ranks the packages of a lock file', async () => {
    const file = join(ROOT, 'package-lock.json')
    const { code, stdout } = await cli(['pagerank', file, '--csv'])
    expect(code).toBe(0)
    const ranks = parseCsv(stdout)
    const sum = [...ranks.values()].reduce((total, rank) => total + rank, 0)
    expect(sum).toBeCloseTo(1, 9)
    expect(ranks.get('ticktickclock')).toBe(Math.min(...ranks.values()))
  })

  it('ranks a table by its columns', async () => {
    const file = join(ROOT, 'node_modules/vega-datasets/data/flights-3m.parquet')
    const columns = [
      '--source-column',
      'origin',
      '--target-column',
      'destination',
      '--weights',
      'distance',
    ]
    const { code, stdout } = await cli(['pagerank', file, ...columns, '--json'])
    expect(code).toBe(0)
    const { result } = JSON.parse(stdout)
    expect(result).toMatchObject({ edges: 3_000_000, weighted: true, converged: true })
    const wrong = await cli(['pagerank', file, '--source-column', 'from'])
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toMatch(/flights-3m\.parquet: no column is "from".*"origin"/)
  })
})
