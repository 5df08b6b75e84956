#!/usr/bin/env node
/**
 * Checks docs/validation.md against the repository: every row of test/docs/requirements.json is
 * there once; what the page names exists: tests by file and title, benchmark suites, npm commands;
 * the counts it states are those of its rows. Prints them. `npm test` runs it as a test.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root, say, script } from './setup.mjs'

const PAGE = 'docs/validation.md'
const VERSIONS = ['0.2', '0.3', '0.4', '1.0']

/** @typedef {{ id: string, state: string, shownBy: string }} Row */

/**
 * @param {string} page the text of docs/validation.md
 * @returns {{ problems: string[], counts: { shown: number, partly: number, planned: number } }}
 */
export function validate(page) {
  const rows = rowsOf(page)
  const problems = [...missingRows(rows), ...rows.flatMap(problemsOf)]
  const count = (/** @type {string} */ state) =>
    rows.filter((row) => row.state.startsWith(state)).length
  const counts = { shown: count('shown'), partly: count('partly'), planned: count('planned') }
  const sentence =
    `**${rows.length} lines: ${counts.shown} shown, ${counts.partly} partly, ` +
    `${counts.planned} planned.**`
  if (!page.includes(sentence)) problems.push(`${PAGE} must say: ${sentence}`)
  return { problems, counts }
}

/**
 * @param {string} page
 * @returns {Row[]}
 */
function rowsOf(page) {
  const lines = page.matchAll(/^\| ([A-Z]\d+(?:[.]\d+)?[a-e]?) \| [^|]+ \| ([^|]+) \| (.*) ?\|$/gm)
  return [...lines].map(([, id, state, shownBy]) => ({ id, state, shownBy: shownBy.trim() }))
}

/** @param {Row[]} rows */
function missingRows(rows) {
  const listed = JSON.parse(readFileSync(join(root, 'test/docs/requirements.json'), 'utf8'))
  const expected = Object.values(listed).flatMap((ids) => ids.split(' '))
  const found = rows.map(({ id }) => id)
  return [
    ...expected.filter((id) => !found.includes(id)).map((id) => `${id}: has no row`),
    ...found.filter((id) => !expected.includes(id)).map((id) => `${id}: is no requirement`),
    ...found.filter((id, i) => found.indexOf(id) !== i).map((id) => `${id}: stands there twice`),
  ]
}

/**
 * @param {Row} row
 * @returns {string[]}
 */
function problemsOf({ id, state, shownBy }) {
  const version = /^planned, (.*)$/.exec(state)
  if (version !== null) {
    if (!VERSIONS.includes(version[1])) return [`${id}: no version "${version[1]}" is planned`]
    return shownBy === '' ? [] : [`${id}: is planned, and names what shows it`]
  }
  if (state !== 'shown' && state !== 'partly') return [`${id}: unknown state "${state}"`]
  const { count, problems } = evidenceIn(shownBy)
  if (count === 0 && state === 'shown') problems.push('names nothing that shows it')
  if (state === 'partly' && !/[a-z]{3}/.test(withoutEvidence(shownBy))) {
    problems.push('must say what is missing')
  }
  return problems.map((problem) => `${id}: ${problem}`)
}

const TEST = /`(test\/[^`]+)` "(.+?)"(?=;|$)/g
const SUITE = /bench suite `([^`]+)`/g
const COMMAND = /command `([^`]+)`/g

/** @param {string} text */
function withoutEvidence(text) {
  return text.replace(TEST, '').replace(SUITE, '').replace(COMMAND, '')
}

/** @param {string} text */
function evidenceIn(text) {
  const problems = []
  let count = 0
  for (const [, file, title] of text.matchAll(TEST)) {
    count++
    const path = join(root, file)
    if (!existsSync(path)) problems.push(`there is no file ${file}`)
    else if (!readFileSync(path, 'utf8').includes(title)) {
      problems.push(`no test of ${file} is called "${title}"`)
    }
  }
  for (const [, suite] of text.matchAll(SUITE)) {
    count++
    if (!existsSync(join(root, `bench/suite-${suite}.ts`))) {
      problems.push(`there is no benchmark suite "${suite}"`)
    }
  }
  for (const [, command] of text.matchAll(COMMAND)) {
    count++
    if (!scripts().has(command)) problems.push(`there is no command ${command}`)
  }
  return { count, problems }
}

/** `npm run NAME`, and short forms where npm has them. */
function scripts() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const names = Object.keys(manifest.scripts)
  return new Set(names.flatMap((name) => [`npm run ${name}`, `npm ${name}`]))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  script(() => {
    const { problems, counts } = validate(readFileSync(join(root, PAGE), 'utf8'))
    for (const problem of problems) say(problem)
    console.log(`${counts.shown} shown, ${counts.partly} partly, ${counts.planned} planned`)
    return problems.length > 0 ? 1 : 0
  })
}
