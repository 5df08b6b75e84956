#!/usr/bin/env node
/**
 * `npm run docs`: the API reference into build/docs. Fails on an undocumented export, a broken link
 * and every other warning (typedoc.json).
 */

import { build } from './build.mjs'
import { installPackages, runTool, script } from './setup.mjs'

script(() => {
  installPackages()
  build(['library'])
  return runTool('typedoc/bin/typedoc', process.argv.slice(2))
})
