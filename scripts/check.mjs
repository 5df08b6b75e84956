#!/usr/bin/env node
/**
 * `npm run check`: format and lint (Biome), types (TypeScript), imports (dependency-cruiser) and
 * unused files, exports and dependencies (knip), sizes of what is published (size-limit). All run,
 * also after a failure. `--fix` lets Biome repair what it can first.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { installPackages, root, runTool, say, script } from './setup.mjs'

const IMPORT_FOLDERS = ['src', 'assembly', 'demo', 'bench', 'examples']

/**
 * Needs the library built: the types of `#…` imports and of 'ticktickclock' itself lie in dist/.
 *
 * @param {{ fix?: boolean }} [options]
 * @returns {string[]} names of the checks that failed
 */
export function check(options = {}) {
  /** @type {string[]} */
  const failed = []
  /** @type {(name: string, tool: string, args: string[]) => void} */
  const step = (name, tool, args) => {
    if (runTool(tool, args) !== 0) failed.push(name)
  }
  const biome = ['check', '--error-on-warnings', '--no-errors-on-unmatched']
  step('biome', '@biomejs/biome/bin/biome', options.fix ? [...biome, '--write'] : biome)
  for (const project of typeProjects()) {
    step(`tsc -p ${project}`, 'typescript/bin/tsc', ['--noEmit', '-p', project])
  }
  step('dependency-cruiser', 'dependency-cruiser/bin/dependency-cruise.mjs', [
    ...['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long'],
    ...IMPORT_FOLDERS.filter((folder) => existsSync(join(root, folder))),
  ])
  step('knip', 'knip/bin/knip.js', ['--no-config-hints'])
  step('size-limit', 'size-limit/bin.js', [])
  return failed
}

/** The root project and each folder that has its own; bench only with the packages it compares. */
function typeProjects() {
  const own = ['examples', 'demo', 'bench'].filter((folder) => {
    if (!existsSync(join(root, folder, 'tsconfig.json'))) return false
    const peersMissing =
      existsSync(join(root, folder, 'package.json')) &&
      !existsSync(join(root, folder, 'node_modules'))
    if (peersMissing) say(`${folder}/: types not checked before npm run ${folder} has run once`)
    return !peersMissing
  })
  return ['tsconfig.json', ...own.map((folder) => `${folder}/tsconfig.json`)]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  script(() => {
    installPackages()
    build(['library'])
    const failed = check({ fix: process.argv.includes('--fix') })
    if (failed.length > 0) {
      say(`check failed: ${failed.join(', ')}`)
      return 1
    }
    say('check passed')
    return 0
  })
}
