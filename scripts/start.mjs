#!/usr/bin/env node
/**
 * `npm start`: installs the npm packages and builds, where that is needed, and touches nothing
 * else. Then, without arguments, the main job (examples/airports.ts); with arguments the command
 * line: `npm start -- pagerank my.txt`. Runs in this process, so that exit code, signals and
 * standard streams are the program's own.
 */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { installPackages, root, script } from './setup.mjs'

script(() => {
  installPackages()
  const args = process.argv.slice(2)
  build(args.length > 0 ? ['library'] : ['library', 'examples'])
  const program = join(root, args.length > 0 ? 'dist/cli/main.js' : 'build/examples/airports.js')
  process.argv = [process.argv[0], program, ...args]
  return import(pathToFileURL(program).href).then(() => undefined)
})
