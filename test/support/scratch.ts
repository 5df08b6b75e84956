/** A folder for what a test writes, and how to be rid of it. Node only. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function scratchFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-test-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
