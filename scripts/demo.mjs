#!/usr/bin/env node
/**
 * `npm run demo [-- --port 5173]`: builds and serves demo/ on 127.0.0.1 with Vite, cross-origin
 * isolated, so that WASM threads have shared memory. `--plain` serves it without isolation.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { installPackages, root, SetupError, script } from './setup.mjs'

script(async () => {
  if (!existsSync(join(root, 'demo/index.html'))) {
    throw new SetupError('demo/index.html is missing: this checkout has no demo page')
  }
  const args = process.argv.slice(2)
  const port = args.includes('--port') ? Number(args[args.indexOf('--port') + 1]) : 5173
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new SetupError('"--port" expected whole number in [0, 65535]')
  }
  installPackages()
  build(['library'])
  const { createServer } = await import('vite')
  const { ISOLATION_HEADERS } = await import('./browser.mjs')
  const server = await createServer({
    root: join(root, 'demo'),
    server: {
      host: '127.0.0.1',
      port,
      headers: args.includes('--plain') ? {} : ISOLATION_HEADERS,
    },
  })
  await server.listen()
  server.printUrls()
})
