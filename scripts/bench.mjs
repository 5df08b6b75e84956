#!/usr/bin/env node
/**
 * `npm run bench [-- ARGUMENTS]`: installs the packages it compares with (bench/package.json) at
 * the first run, builds, and runs bench/main.ts. Without a network it compares with what is there:
 * the report names who is missing.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { installPackages, root, SetupError, say, script } from './setup.mjs'

script(() => {
  if (!existsSync(join(root, 'bench/main.ts'))) {
    throw new SetupError('bench/main.ts is missing: this checkout has no benchmarks')
  }
  installPackages()
  installPeers()
  build(['library', 'bench'])
  const program = join(root, 'build/bench/main.js')
  process.argv = [process.argv[0], program, ...process.argv.slice(2)]
  return import(pathToFileURL(program).href).then(() => undefined)
})

function installPeers() {
  try {
    installPackages('bench')
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(`${error.message}. Going on without the packages to compare with`)
  }
}
