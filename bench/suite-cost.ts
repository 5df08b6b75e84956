/**
 * The suite of the cost model: g and l of every transport, times of every device, how far predicted
 * supersteps are from measured ones, and what choosing a device by the profile costs.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configure } from 'ticktickclock'
import { createRuntime } from 'ticktickclock/bsp'
import { type CostProfile, parseProfile } from 'ticktickclock/cost'
import type { OpenDevices } from './contestants.js'
import { type ChoiceReport, type ChoiceSettings, measureChoices } from './cost-choice.js'
import { type ErrorReport, type ErrorSettings, measureErrors } from './cost-errors.js'
import { repository } from './machine.js'

/** What to run. */
export interface CostSettings {
  errors: ErrorSettings
  choices: ChoiceSettings
}

/** What was found. */
export interface CostSuiteReport {
  profile: CostProfile
  errors: ErrorReport
  choices: ChoiceReport
}

/** Everything that was wrong. */
export function costRefusals(report: CostSuiteReport | undefined): string[] {
  return report === undefined ? [] : [...report.errors.refusals, ...report.choices.refusals]
}

/** Threads of all runs. */
const WORKERS = 2

/**
 * Calibrates, unless `TICKTICKCLOCK_PROFILE` names a profile; predicts and chooses by it.
 *
 * @param modules where bench/ lies compiled: threads load modules from there
 */
export async function runCostSuite(
  settings: CostSettings,
  devices: OpenDevices,
  modules: URL,
  say: (line: string) => void,
): Promise<CostSuiteReport> {
  const profile = profileOfMachine(devices, say)
  const runtime = createRuntime({ workers: WORKERS })
  const moduleUrl = (name: string) => new URL(name, modules)
  configure({ profile })
  try {
    const threads = { runtime, reference: devices.reference, moduleUrl }
    const errors = await measureErrors(threads, settings.errors, (line) => say(`errors: ${line}`))
    const choices = await measureChoices(devices, settings.choices, (line) => say(`auto: ${line}`))
    return { profile, errors, choices }
  } finally {
    configure({ profile: undefined })
    await runtime.dispose()
  }
}

/** By a process of its own, as users do it. */
function profileOfMachine({ webgpu }: OpenDevices, say: (line: string) => void): CostProfile {
  const named = process.env.TICKTICKCLOCK_PROFILE
  if (named) return parseProfile(readFileSync(named, 'utf8'))
  say('calibrating')
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-bench-'))
  try {
    const place = join(folder, 'profile.json')
    const program = join(repository(), 'dist/cli/main.js')
    const gpu = webgpu === undefined ? [] : ['--webgpu']
    execFileSync(process.execPath, [program, 'calibrate', '--profile', place, ...gpu], {
      stdio: 'pipe',
    })
    return parseProfile(readFileSync(place, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
