/**
 * A plain file server on 127.0.0.1, with the headers that a test asks for: what any host of static
 * files does.
 */

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.wasm': 'application/wasm',
}

/** A folder that is being served. */
export interface StaticServer {
  /** Of the folder, with a slash at its end. */
  readonly url: string
  /** Paths that were asked for, since this array was last emptied. */
  readonly requested: string[]
  close(): Promise<void>
}

/**
 * Serves a folder on a free port.
 *
 * @param options.headers sent with every answer; a function is asked about each path
 * @param options.prefix under which path; a project page has one of its own
 */
export async function serveFolder(
  folder: string,
  options: {
    headers?: Record<string, string> | ((path: string) => Record<string, string>)
    prefix?: string
  } = {},
): Promise<StaticServer> {
  const { headers = {}, prefix = '/' } = options
  const requested: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    requested.push(pathname)
    const inside = normalize(pathname.replace(prefix, '')) || '.'
    const file = join(folder, inside.endsWith('.') ? 'index.html' : inside)
    const isThere = pathname.startsWith(prefix) && !inside.startsWith('..')
    const bytes = isThere ? await readFile(file).catch(() => undefined) : undefined
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    const own = typeof headers === 'function' ? headers(pathname) : headers
    response.writeHead(bytes === undefined ? 404 : 200, { 'content-type': type, ...own })
    response.end(bytes ?? 'there is no such file')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    requested,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
