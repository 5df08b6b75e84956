/** docs/telemetry.md has the tables of the code, and names no event or metric that isn't there. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS, metrics } from 'ticktickclock/telemetry'
import { expect, it } from 'vitest'
import { writtenPage } from '../../scripts/telemetry.mjs'
import { ROOT } from '../support/paths.js'

const page = readFileSync(join(ROOT, 'docs/telemetry.md'), 'utf8')

it('has the tables as the code has them (node scripts/telemetry.mjs writes them)', async () => {
  expect(await writtenPage(page)).toBe(page)
})

it('TB10: names no event and no metric that does not exist', () => {
  const known = new Set([
    ...Object.keys(EVENTS),
    ...metrics().map(({ name }) => name.replace('tick_tick_clock.', '')),
  ])
  const parts = new Set(Object.keys(EVENTS).map((name) => name.split('.')[0]))
  const named = [...page.matchAll(/[`']([a-z]+)\.([a-z_.]+)[`']/g)]
    .filter(([, first]) => parts.has(first))
    .map(([, first, rest]) => `${first}.${rest}`)
  expect(named.length).toBeGreaterThan(60)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

it('says of every event when it comes, and of every metric what feeds it', () => {
  for (const [name, { when }] of Object.entries(EVENTS)) {
    expect(page).toContain(`| \`${name}\` | ${when} |`)
  }
  for (const { name, event } of metrics()) {
    const own = name.replace('tick_tick_clock.', '')
    const row = page.split('\n').find((line) => line.startsWith(`| \`${own}\``))
    expect(row, own).toContain(`\`${event}\``)
  }
})
