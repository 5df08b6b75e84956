#!/usr/bin/env node
/**
 * `npm start`: installs the npm packages and builds, where that is needed, and touches nothing
 * else. Then, without arguments, the main jobs (examples/airports.ts and flights.ts); with
 * arguments the command line: `npm start -- pagerank my.txt`. Runs in this process, so that exit
 * code, signals and standard streams are the program's own.
 */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { installPackages, root, script } from './setup.mjs'

const EXAMPLES = ['build/examples/airports.js', 'build/examples/flights.js']

script(() => {
  installPackages()
  const args = process.argv.slice(2)
  build(args.length > 0 ? ['library'] : ['library', 'examples'])
  const programs = args.length > 0 ? ['dist/cli/main.js'] : EXAMPLES
  process.argv = [process.argv[0], join(root, programs[0]), ...args]
  return programs.reduce((before, program) => before.then(() => run(program)), Promise.resolve())
})

/** @param {string} program relative to the repository */
function run(program) {
  return import(pathToFileURL(join(root, program)).href).then(() => undefined)
}
