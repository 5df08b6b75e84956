#!/usr/bin/env node
/** `npm run example -- NAME` runs examples/NAME.ts; without a name it lists them. */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { installPackages, root, SetupError, script } from './setup.mjs'

script(() => {
  installPackages()
  build(['library', 'examples'])
  const [name, ...args] = process.argv.slice(2)
  const names = readdirSync(join(root, 'examples'))
    .filter((file) => /^[a-z0-9-]+\.ts$/.test(file))
    .map((file) => file.slice(0, -3))
    .sort()
  const list = `npm run example -- NAME, where NAME is one of: ${names.join(', ')}`
  if (name === undefined) {
    console.log(list)
    return
  }
  const program = join(root, 'build/examples', `${name}.js`)
  if (!names.includes(name) || !existsSync(program)) {
    throw new SetupError(`no example "${name}"; ${list}`)
  }
  process.argv = [process.argv[0], program, ...args]
  return import(pathToFileURL(program).href).then(() => undefined)
})
