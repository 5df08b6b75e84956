/**
 * The published types, libraries checked too, under every TypeScript that users have: 5.9, 6, 7;
 * for Node, as a module and as CommonJS, and for a bundler.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Consumer, installPackage } from '../support/consumer.js'
import { ROOT } from '../support/paths.js'

const manifest: { exports: Record<string, unknown> } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
)
const specifiers = Object.keys(manifest.exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => entry.replace(/^\./, 'ticktickclock'))

const COMPILERS = { '5.9': 'typescript-5', '6.0': 'typescript', '7.0': 'typescript-7' } as const

/** A program that uses what inference has to get right. */
const PROGRAM = `import { configure, graphFromEdges, pagerank, sort } from 'ticktickclock'
import { defineComputation, match, message, run, variants } from 'ticktickclock/bsp'
import { workflow } from 'ticktickclock/workflow'
configure({ wasm: new URL('kernels.wasm', 'https://example.org'), threads: 2 })
const { ranks } = await pagerank(graphFromEdges([[0, 1], [1, 0]]), { device: 'wasm' })
const first: number | undefined = ranks[0]
const sorted: BigUint64Array = await sort(BigUint64Array.of(2n, 1n))
const sum = defineComputation({
  name: 'sum',
  message: message<number>(),
  initialize: (input: number[], ctx) => ({ total: input[ctx.rank] ?? 0 }),
  supersteps: [{ name: 'send', compute() {}, communicate: (s, send) => send(0, s.total) }],
  finalize: ([state]) => state.total,
})
const total: number = (await run(sum, { input: [1, 2], processors: 2 })).result
const State = variants({ busy: (left: number) => ({ left }), idle: () => ({}) })
const state = [State.busy(3), State.idle()][0]
const left: number = match(state, { busy: ({ left }) => left, idle: () => 0 })
// @ts-expect-error: a case is missing
match(state, { busy: ({ left }) => left })
const flow = workflow('flow', (w) => {
  const load = w.task('load', { run: async () => [1, 2] })
  const added = w.bspTask('add', {
    dependsOn: { numbers: load },
    computation: sum,
    input: ({ numbers }) => numbers,
  })
  return { added }
})
const added: number = (await flow.run()).outputs.added.result
// @ts-expect-error: there is no such option
await pagerank(graphFromEdges([[0, 1]]), { dampening: 0.5 })
export const answer = [first, sorted, total, left, added]
`

const SHAPES = {
  'Node, ES module': {
    files: ['program.mts', 'entries.mts'],
    options: { module: 'NodeNext', lib: ['ES2022'], types: ['node'] },
  },
  'Node, CommonJS': {
    files: ['entries.cts'],
    options: { module: 'NodeNext', lib: ['ES2022'], types: ['node'] },
  },
  'a bundler': {
    files: ['program.mts', 'entries.mts', 'page.mts'],
    options: {
      ...{ module: 'ESNext', moduleResolution: 'Bundler' },
      ...{ lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] },
    },
  },
}

let consumer: Consumer
beforeAll(async () => {
  consumer = await installPackage()
  const imports = (form: (specifier: string, index: number) => string) =>
    specifiers.map((specifier, index) => `${form(specifier, index)}\n`).join('')
  consumer.write('program.mts', PROGRAM)
  consumer.write(
    'entries.mts',
    imports((name, index) => `import * as entry${index} from '${name}'\nvoid entry${index}`),
  )
  consumer.write(
    'entries.cts',
    imports((name, index) => `import entry${index} = require('${name}')\nvoid entry${index}`),
  )
  // The module for script tags has types, too.
  consumer.write(
    'page.mts',
    `import { bsp, sort } from './node_modules/ticktickclock/dist/browser/ticktickclock.module.js'
export const names = [bsp.run, sort]
`,
  )
}, 180_000)
afterAll(() => consumer?.remove())

describe.each(Object.entries(COMPILERS))('TypeScript %s', (version, name) => {
  it('is what it is called', async () => {
    expect(await consumer.tool(`${name}/bin/tsc`, ['--version'])).toContain(`Version ${version}.`)
  })

  it.each(Object.entries(SHAPES))('compiles for %s', async (shape, { files, options }) => {
    const config = `tsconfig-${name}-${shape.replaceAll(/\W+/g, '-')}.json`
    const compilerOptions = {
      ...{ target: 'ES2022', strict: true, skipLibCheck: false, noEmit: true },
      ...{ typeRoots: [join(ROOT, 'node_modules/@types')], ...options },
    }
    consumer.write(config, { compilerOptions, files })
    await consumer.tool(`${name}/bin/tsc`, ['-p', config])
  })
})
