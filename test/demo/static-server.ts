/**
 * A plain file server on 127.0.0.1 for the built page, with or without the headers that allow
 * shared memory: what any host of static files does.
 */

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { ISOLATION_HEADERS } from '../../scripts/browser.mjs'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.wasm': 'application/wasm',
}

/** Serves `folder` under a path of its own, as a project page is, on a free port. */
export async function serveFolder(folder: string, isolated: boolean) {
  const prefix = '/some/where/'
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const inside = normalize(pathname.replace(prefix, '')) || '.'
    const file = join(folder, inside.endsWith('.') ? 'index.html' : inside)
    const isThere = pathname.startsWith(prefix) && !inside.startsWith('..')
    const bytes = isThere ? await readFile(file).catch(() => undefined) : undefined
    const headers = isolated ? ISOLATION_HEADERS : {}
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(bytes === undefined ? 404 : 200, { 'content-type': type, ...headers })
    response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
