/**
 * How Vite serves and builds the page: data of npm's vega-datasets is served from there and copied
 * into the build, never committed; the package is taken from dist/, as users get it.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import { makeAtlas } from './atlas.js'
import { ATLAS_FILE, FLIGHTS_FILE } from './data.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const datasets = join(root, 'node_modules/vega-datasets/data')

/** Files of the page that are made from vega-datasets, with their media types. */
function makeData(): Record<string, { type: string; text: string }> {
  const flights = readFileSync(join(datasets, 'flights-airport.csv'), 'utf8')
  const codes = flights
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(',', 2))
  const atlas = makeAtlas(datasets, new Set(codes))
  return {
    [ATLAS_FILE]: { type: 'application/json', text: JSON.stringify(atlas) },
    [FLIGHTS_FILE]: { type: 'text/csv', text: flights },
  }
}

function servedData(): Plugin {
  return {
    name: 'vega-datasets',
    configureServer(server) {
      const data = makeData()
      server.middlewares.use((request, response, next) => {
        const file = data[(request.url ?? '').split('?', 1)[0].slice(1)]
        if (file === undefined) return next()
        response.setHeader('content-type', `${file.type}; charset=utf-8`)
        response.end(file.text)
      })
    },
    generateBundle() {
      for (const [fileName, { text: source }] of Object.entries(makeData())) {
        this.emitFile({ type: 'asset', fileName, source })
      }
    },
  }
}

export default defineConfig({
  plugins: [servedData()],
  resolve: {
    alias: [
      { find: /^ticktickclock$/, replacement: join(root, 'dist/index.browser.js') },
      { find: /^ticktickclock\/worker$/, replacement: join(root, 'dist/worker/index.js') },
    ],
  },
  server: { fs: { allow: [root] } },
  // A dependency found late would reload the page.
  optimizeDeps: { include: ['comlink'], entries: [] },
  worker: { format: 'es' },
  build: { target: 'es2022' },
})
