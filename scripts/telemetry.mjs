#!/usr/bin/env node
/**
 * The tables of events and metrics in docs/telemetry.md, made from those of the code: `node
 * scripts/telemetry.mjs` writes them anew; `npm test` checks that they are up to date.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { installPackages, root, say, script } from './setup.mjs'

const PAGE = 'docs/telemetry.md'
const BEGIN = { events: '<!-- events -->', metrics: '<!-- metrics -->' }
const END = '<!-- end -->'

/** The page with both tables as the built package has them. */
export async function writtenPage(page = readFileSync(join(root, PAGE), 'utf8')) {
  /** @type {(path: string) => Promise<Record<string, any>>} */
  const load = (path) => import(pathToFileURL(join(root, path)).href)
  const { EVENTS, metrics } = await load('dist/telemetry/index.js')
  const { prometheusNameOf } = await load('dist/telemetry/prometheus.js')
  const withEvents = replaced(page, BEGIN.events, eventTable(EVENTS))
  return replaced(withEvents, BEGIN.metrics, metricTable(metrics(), prometheusNameOf))
}

/**
 * @param {string} page
 * @param {string} begin
 * @param {string} table
 */
function replaced(page, begin, table) {
  const from = page.indexOf(begin)
  const to = page.indexOf(END, from)
  if (from < 0 || to < 0) throw new Error(`${PAGE} has no place between ${begin} and ${END}`)
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`
}

/** @param {Record<string, any>} events */
function eventTable(events) {
  const rows = Object.entries(events).map(([name, { when, measurements, metadata }]) => {
    const units = Object.entries(measurements)
      .filter(([field]) => field !== 'time')
      .map(([field, { unit }]) => (field === unit ? `\`${field}\`` : `\`${field}\` (${unit})`))
    const fields = Object.keys(metadata).map((field) => `\`${field}\``)
    return `| \`${name}\` | ${when} | ${units.join(', ')} | ${fields.join(', ')} |`
  })
  const head = '| event | when | measurements besides `time` | metadata |\n|---|---|---|---|'
  return [head, ...rows].join('\n')
}

/**
 * @param {any[]} metrics
 * @param {(metric: any) => string} prometheusNameOf
 */
function metricTable(metrics, prometheusNameOf) {
  const rows = metrics.map((metric) => {
    const { name, kind, unit, tags, event, measurement, says } = metric
    const source = measurement === undefined ? `\`${event}\`` : `\`${event}\`, \`${measurement}\``
    const own = name.replace('tick_tick_clock.', '')
    const tagged = tags.map((/** @type {string} */ tag) => `\`${tag}\``).join(', ')
    const exported = prometheusNameOf(metric).replace('tick_tick_clock_', '')
    return `| \`${own}\` | ${kind} | ${unit} | ${tagged} | ${says} | ${source} | \`${exported}\` |`
  })
  const head =
    '| metric | kind | unit | tags | what | fed by | in Prometheus |\n|---|---|---|---|---|---|---|'
  return [head, ...rows].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  script(async () => {
    installPackages()
    build(['library'])
    const before = readFileSync(join(root, PAGE), 'utf8')
    const after = await writtenPage(before)
    writeFileSync(join(root, PAGE), after)
    say(before === after ? `${PAGE} was up to date` : `${PAGE} has new tables`)
    return 0
  })
}
