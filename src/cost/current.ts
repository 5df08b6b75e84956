/**
 * The profile in force: what `configure` was given, the file that `TICKTICKCLOCK_PROFILE` names,
 * the one that `ticktickclock calibrate` has stored, or the table that comes with the package. Read
 * once.
 */

import { findStored } from '#stored-profile'
import { configuredProfile } from '../config.js'
import { ConfigError } from '../errors.js'
import { type CostProfile, parseProfile } from '../profile.js'
import { SHIPPED_PROFILE, SHIPPED_SOURCE } from './shipped.js'

/** A profile with where it is from, in words. */
export interface CurrentProfile {
  profile: CostProfile
  source: string
}

let known: { named: string | undefined; current: CurrentProfile } | undefined

/** @throws ConfigError when the file that the environment variable names can't be used */
export function currentProfile(): CurrentProfile {
  const profile = configuredProfile()
  if (profile !== undefined) return { profile, source: 'the profile of configure()' }
  const named = globalThis.process?.env?.TICKTICKCLOCK_PROFILE || undefined
  if (known === undefined || known.named !== named) known = { named, current: read(named) }
  return known.current
}

function read(named: string | undefined): CurrentProfile {
  const shipped = { profile: SHIPPED_PROFILE, source: SHIPPED_SOURCE }
  try {
    const stored = findStored(named)
    if (stored === undefined) return shipped
    return { profile: parseProfile(stored.text), source: `the profile ${stored.path}` }
  } catch (cause) {
    const { message } = cause as Error
    if (named === undefined) return { ...shipped, source: `${SHIPPED_SOURCE} (${message})` }
    const variable = `environment variable TICKTICKCLOCK_PROFILE: ${named}`
    throw new ConfigError(`${variable}: ${message}`, { cause })
  }
}
