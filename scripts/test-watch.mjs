#!/usr/bin/env node
/**
 * `npm run test:watch`: builds, then runs vitest and the TypeScript compiler side by side; a
 * changed source is compiled to dist/ and the tests run again. Changes in assembly/ and shaders/
 * need `npm run build`.
 */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build } from './build.mjs'
import { installPackages, root, script } from './setup.mjs'

script(async () => {
  installPackages()
  build(['library', 'examples'])
  /** @type {(tool: string, args: string[]) => import('node:child_process').ChildProcess} */
  const start = (tool, args) =>
    spawn(process.execPath, [join(root, 'node_modules', tool), ...args], {
      cwd: root,
      stdio: 'inherit',
    })
  const project = ['-p', 'tsconfig.build.json']
  const compiler = start('typescript/bin/tsc', [...project, '--watch', '--preserveWatchOutput'])
  const tests = start('vitest/vitest.mjs', ['watch', ...process.argv.slice(2)])
  const code = await new Promise((resolve) => tests.on('close', resolve))
  compiler.kill()
  return code === null ? 1 : code
})
