/**
 * Size budgets, brotli-compressed: each entry of the package as a page gets it, bundled with all
 * that it imports, and the files that are loaded as they are. Checked by `npm run check`; a
 * little above what they are, so that what makes one grow is noticed.
 */

/** Bundled for a page; `names` are all exports unless given. */
const entry = (name, path, limit, names) => ({
  ...{ name, path: `dist/${path}`, limit, ...(names && { import: names }) },
  modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', target: 'es2022' }),
})

/** As it is. */
const file = (name, path, limit) => ({
  ...{ name, path, limit },
  disablePlugins: ['@size-limit/esbuild'],
})

export default [
  file('kernels.wasm', 'dist/kernels.wasm', '23 kB'),
  entry('ticktickclock', 'index.browser.js', '112 kB'),
  entry('ticktickclock, sort only', 'index.browser.js', '35 kB', '{ sort }'),
  entry('ticktickclock/bsp', 'bsp/index.js', '48 kB'),
  entry('ticktickclock/cost', 'cost/index.js', '4.5 kB'),
  entry('ticktickclock/graph', 'graph/index.js', '39 kB'),
  entry('ticktickclock/programs', 'programs/index.js', '56 kB'),
  entry('ticktickclock/telemetry', 'telemetry/index.js', '9.6 kB'),
  entry('ticktickclock/workflow', 'workflow/index.js', '40 kB'),
  entry('ticktickclock/worker', 'worker/index.js', '11 kB'),
  file('dist/browser/pool-worker', 'dist/browser/pool-worker.browser.js', '4.2 kB'),
  file('dist/browser/calls-worker', 'dist/browser/calls-worker.browser.js', '109 kB'),
  file('dist/browser, classic script', 'dist/browser/ticktickclock.js', '171 kB'),
  file('dist/browser, module', 'dist/browser/ticktickclock.module.js', '171 kB'),
  file('dist/browser/isolate.js', 'dist/browser/isolate.js', '1.1 kB'),
  file('all JavaScript, unbundled', ['dist/**/*.js', '!dist/browser/**'], '510 kB'),
]
