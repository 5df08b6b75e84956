/** predict and calibrate: figures, what is stored and where, what is refused. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CostProfile, parseProfile } from 'ticktickclock/cost'
import { afterAll, describe, expect, it } from 'vitest'
import { doubtsAbout } from '../../src/cli/calibrate.js'
import { cli } from '../support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-predict-'))
afterAll(() => rm(folder, { recursive: true }))

const row = (processors: number, g: number, l: number) => ({
  ...{ processors, workers: processors, g, l, r2: 1, residual: 0, count: 9 },
})
const profile: CostProfile = {
  format: 'ticktickclock-profile',
  version: 1,
  origin: { runtime: 'Node 20', platform: 'linux x64', hardwareThreads: 4, date: '2026-01-01' },
  transports: { threads: [row(2, 1e-6, 0.01), row(4, 2e-6, 0.03)] },
  devices: [],
}
const file = join(folder, 'profile.json')
writeFileSync(file, JSON.stringify(profile))

const load = ['--work', '2', '--h', '1000000', '--supersteps', '10', '--profile', file]
const env = { TICKTICKCLOCK_PROFILE: '', XDG_CONFIG_HOME: folder }

describe('predict', () => {
  it('adds up the parts of the formula', async () => {
    const args = ['predict', '--processors', '4', ...load, '--json']
    const { code, stdout, stderr } = await cli(args, { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const found = JSON.parse(stdout)
    expect(found).toMatchObject({ processors: 4, transport: 'threads', supersteps: 10 })
    expect(found.params).toMatchObject({ g: 2e-6, l: 0.03, basis: 'measured' })
    expect(found.workMs).toBeCloseTo(20)
    expect(found.communicateMs).toBeCloseTo(20)
    expect(found.barrierMs).toBeCloseTo(0.3)
    expect(found.predictedMs).toBeCloseTo(40.3)
    expect(found.profile).toBe(`the profile ${file}`)
  })

  it('says in words what is beyond the measurements', async () => {
    const { code, stdout } = await cli(['predict', '--processors', '64', ...load], { env })
    expect(code).toBe(0)
    expect(stdout).toContain('10 superst')
    expect(stdout).toContain(
      'extrapolated, beyond the 4 processors measured: g and l follow the line through 2 and 4',
    )
  })

  it('takes the file of the environment, the one of the user, and the shipped table', async () => {
    const args = ['predict', '--processors', '2', '--work', '1', '--h', '0', '--json']
    const source = async (variables: Record<string, string>) => {
      const { stdout } = await cli(args, { env: { ...env, ...variables } })
      return JSON.parse(stdout).profile
    }
    expect(await source({ TICKTICKCLOCK_PROFILE: file })).toBe(`the profile ${file}`)
    expect(await source({})).toBe('the table that comes with the package')
  })

  it.each([
    [['--transport', 'inline'], 2, 'the profile has no figures of inline; it has threads'],
    [['--work', '-1'], 2, "'--work <ms>' argument '-1' is invalid. Expected a number from 0 on"],
    [['--profile', join(folder, 'none')], 2, "can't be read (ENOENT)"],
  ])('refuses %j', async (args, expected, message) => {
    const { code, stderr } = await cli(['predict', '--processors', '4', ...load, ...args], { env })
    expect(code).toBe(expected)
    expect(stderr).toContain(message)
  })

  it('refuses a newer profile by name', async () => {
    const newer = join(folder, 'newer.json')
    writeFileSync(newer, JSON.stringify({ ...profile, version: 9 }))
    const args = ['predict', '--processors', '4', ...load, '--profile', newer]
    const { code, stderr } = await cli(args, { env })
    expect(code).toBe(1)
    expect(stderr).toContain('the profile has version 9, this package reads 1')
  })
})

describe('calibrate', () => {
  it('stores a profile for the user, which predict then takes', async () => {
    const { code, stdout, stderr } = await cli(['calibrate', '--json'], { env })
    expect(stderr).toContain('stored in ')
    expect(code).toBe(0)
    const place = join(folder, 'ticktickclock', 'profile.json')
    expect(readFileSync(place, 'utf8')).toBe(stdout)
    expect(await readdir(join(folder, 'ticktickclock'))).toEqual(['profile.json'])
    const stored = parseProfile(stdout)
    for (const transport of ['inline', 'threads', 'transfer'] as const) {
      const measured = stored.transports[transport]?.map(({ processors }) => processors)
      expect(measured?.slice(0, 3)).toEqual([1, 2, 4])
    }
    expect(stored.devices.map(({ kind }) => kind)).toEqual(['reference', 'wasm'])
    const args = ['predict', '--processors', '2', '--work', '1', '--h', '0', '--json']
    const predicted = await cli(args, { env })
    expect(JSON.parse(predicted.stdout).profile).toBe(`the profile ${place}`)
  }, 120_000)

  it('doubts what looks like a busy machine', () => {
    const doubts = (threads: CostProfile['transports']['threads']) =>
      doubtsAbout({ ...profile, transports: { threads } })
    expect(doubts([row(1, 1e-7, 0.1), row(2, 1e-7, 0.0199), row(8, 1e-7, 1)])).toEqual([])
    expect(doubts([{ ...row(4, 1e-7, 1), workers: 2 }])).toEqual([])
    expect(doubts(undefined)).toEqual([])
    expect(doubts([row(2, 1e-7, 0.03524), row(4, 1e-7, 0.01)])).toEqual([
      '2 workers took 35 µs to meet, as if they had to share a processor: was the machine busy? ' +
        'Then calibrate again',
    ])
  })

  it('refuses a place that is none before it measures', async () => {
    const args = ['calibrate', '--profile', join(folder, 'no', 'folder.json')]
    const { code, stdout, stderr } = await cli(args, { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('folder.json')
  })
})
