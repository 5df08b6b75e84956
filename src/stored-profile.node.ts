/** The file of a profile. Twin of stored-profile.browser.ts; resolved by `#stored-profile`. */

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** A file with its contents. */
export interface StoredProfile {
  path: string
  text: string
}

/**
 * Where a profile is kept for a user: `ticktickclock/profile.json` in `%APPDATA%` on Windows, in
 * `$XDG_CONFIG_HOME` or `~/.config` elsewhere. A relative XDG_CONFIG_HOME is to be ignored (XDG
 * Base Directory Specification).
 */
export function storedProfilePath(): string {
  const { APPDATA, XDG_CONFIG_HOME } = process.env
  const base = process.platform === 'win32' ? APPDATA : XDG_CONFIG_HOME
  const folder = base !== undefined && isAbsolute(base) ? base : join(homedir(), '.config')
  return join(folder, 'ticktickclock', 'profile.json')
}

/**
 * Reads the file.
 *
 * @param named a path; undefined: that of the user, which need not be there
 * @throws Error when it can't be read
 */
export function findStored(named: string | undefined): StoredProfile | undefined {
  const path = named ?? storedProfilePath()
  try {
    return { path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (named === undefined && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined
    throw error
  }
}
