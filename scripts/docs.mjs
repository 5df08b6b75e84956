#!/usr/bin/env node
/**
 * `npm run docs`: the API reference into build/docs. Fails on an undocumented export, a broken link
 * and every other warning (typedoc.json).
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { installPackages, root, runTool, script } from './setup.mjs'

const ENTRIES = ['src/index.ts', 'src/graph/index.ts', 'src/worker.ts']

script(() => {
  installPackages()
  build(['library'])
  const entries = ENTRIES.filter((entry) => existsSync(join(root, entry)))
  const readme = existsSync(join(root, 'README.md')) ? 'README.md' : 'none'
  return runTool('typedoc/bin/typedoc', ['--readme', readme, ...process.argv.slice(2), ...entries])
})
