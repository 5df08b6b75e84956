/**
 * The profile in force: where it is looked for, and what becomes of files that are no profiles.
 * None of them ends a run that didn't ask for it.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { SHIPPED_PROFILE } from '../../src/cost/shipped.js'
import { runNode } from '../support/cli.js'
import { ROOT } from '../support/paths.js'

const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-current-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SHIPPED = 'the table that comes with the package'
const good = JSON.stringify(SHIPPED_PROFILE)
const module = (path: string) => JSON.stringify(pathToFileURL(join(ROOT, 'dist', path)).href)

/** Runs a program and a kernel, and prints which figures were used. */
const script = `
import { generateRmat, pagerank } from ${module('index.js')}
import { defineComputation, run } from ${module('bsp/index.js')}
const empty = defineComputation({
  name: 'empty', initialize: () => ({}), supersteps: [{ name: 'rest', compute() {} }],
})
const told = async (ask) => { try { return await ask() } catch (error) { return error.message } }
const source = await told(async () => (await run(empty)).cost.source)
const reason = await told(async () => (await pagerank(generateRmat({ scale: 4 }))).reason)
console.log(JSON.stringify({ source, reason }))`

async function sourcesWith(env: Record<string, string>) {
  const { code, stdout, stderr } = await runNode(['--input-type=module', '-e', script], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as { source: string; reason: string }
}

/** A home with this text as the user's profile; undefined: none, null: a folder in its place. */
let homes = 0
function homeWith(text: string | null | undefined): { home: string; place: string } {
  const home = join(folder, String(homes++))
  const place = join(home, 'ticktickclock', 'profile.json')
  mkdirSync(text === null ? place : join(home, 'ticktickclock'), { recursive: true })
  if (typeof text === 'string') writeFileSync(place, text)
  return { home, place }
}

const WRONG: [string, string | null, string][] = [
  ['cut short', good.slice(0, 300), 'no profile of ticktickclock'],
  ['empty', '', 'no profile of ticktickclock'],
  ['of something else', '{ "name": "x" }', '"format" expected "ticktickclock-profile"'],
  ['newer', good.replace('"version":1', '"version":2'), 'has version 2, this package reads 1'],
  ['a folder', null, 'EISDIR'],
]

describe('the profile in force', () => {
  it('is the shipped table where there is no other', async () => {
    const { home } = homeWith(undefined)
    const { source, reason } = await sourcesWith({ XDG_CONFIG_HOME: home, APPDATA: home })
    expect(source).toBe(SHIPPED)
    expect(reason).toContain(`by ${SHIPPED}`)
  })

  it('is that of the user, and before it the one that is named', async () => {
    const { home, place } = homeWith(good)
    const env = { XDG_CONFIG_HOME: home, APPDATA: home }
    expect(await sourcesWith(env)).toMatchObject({ source: `the profile ${place}` })
    const named = join(folder, 'named.json')
    writeFileSync(named, good)
    const { source, reason } = await sourcesWith({ ...env, TICKTICKCLOCK_PROFILE: named })
    expect(source).toBe(`the profile ${named}`)
    expect(reason).toContain(`by the profile ${named}`)
  })

  it.each(WRONG)(
    'is the shipped table where that of the user is %s, and says why',
    async (...row) => {
      const [, text, problem] = row
      const { home } = homeWith(text)
      const { source, reason } = await sourcesWith({ XDG_CONFIG_HOME: home, APPDATA: home })
      for (const said of [source, reason]) {
        expect(said).toContain(`${SHIPPED} (`)
        expect(said).toContain(problem)
      }
    },
  )

  it.each(WRONG)('is refused by name when one that is named is %s', async (_, text, problem) => {
    const { place } = homeWith(text)
    const { source, reason } = await sourcesWith({ TICKTICKCLOCK_PROFILE: place })
    for (const said of [source, reason]) {
      expect(said).toContain(`environment variable TICKTICKCLOCK_PROFILE: ${place}: `)
      expect(said).toContain(problem)
    }
  })
})
