#!/usr/bin/env node
/**
 * `npm run docs`: the API reference into build/docs. Fails on an undocumented export, a broken link
 * and every other warning (typedoc.json).
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { installPackages, root, runTool, script } from './setup.mjs'

script(() => {
  installPackages()
  build(['library'])
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entries = Object.keys(manifest.exports)
    .filter((entry) => !/[.]json$/.test(entry))
    .map((entry) => manifest.exports[entry].default.replace('dist', 'src').replace(/js$/, 'ts'))
    .filter((entry) => existsSync(join(root, entry)))
  const readme = existsSync(join(root, 'README.md')) ? 'README.md' : 'none'
  return runTool('typedoc/bin/typedoc', ['--readme', readme, ...process.argv.slice(2), ...entries])
})
