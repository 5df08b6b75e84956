/** `ticktickclock graph convert` and `graph generate`, and the options of reading. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { generateRmat, generateUniform, generateWattsStrogatz, readGraph } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { cli, FLIGHTS, KARATE_TEXT, temporaryFolder } from '../support/cli.js'
import { naiveMatrixMarket, plainGraph } from '../support/naive-formats.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

async function convert(...args: string[]) {
  const ended = await cli(['graph', 'convert', ...args])
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  return ended
}

describe('graph convert', () => {
  it('takes flights around all formats and back', async () => {
    const [mtx, names, block] = [at('flights.mtx.gz'), at('names.txt'), at('flights.ttcg')]
    const first = await convert(FLIGHTS, mtx, '--weights', 'count', '--vertices-out', names)
    expect(first.stdout).toBe('')
    expect(first.stderr).toMatch(
      /^ticktickclock: read in .+: 305 vertices, 5,366 edges, directed: written in .+\n$/,
    )
    await convert(mtx, block, '--vertices', names, '--quiet')
    const csv = await convert(block, '-', '--to', 'csv', '--quiet')
    expect(csv.stderr).toBe('')
    const expected = plainGraph(await readGraph(FLIGHTS, { weights: 'count' }))
    const text = new TextEncoder().encode(csv.stdout)
    expect(plainGraph(await readGraph(text, { weights: 'weight' }))).toEqual(expected)
    const lines = readFileSync(names, 'utf8').trimEnd().split('\n')
    expect(naiveMatrixMarket(String(gunzipSync(readFileSync(mtx))), lines)).toEqual(expected)
  })

  it('applies the options of reading', async () => {
    writeFileSync(at('loops.txt'), '1 1 5\n1 2 1\n2 1 2\n1 2 4\n')
    const convertTo = async (...options: string[]) =>
      (await convert(at('loops.txt'), '-', '--to', 'csv', '--quiet', ...options)).stdout
    expect(await convertTo('--self-loops', 'drop')).toBe('source,target\n1,2\n1,2\n2,1\n')
    const sum = ['--weights', '3', '--parallel-edges', 'sum']
    expect(await convertTo(...sum)).toBe('source,target,weight\n1,1,5\n1,2,5\n2,1,2\n')
    const undirected = await convertTo(...sum, '--undirected')
    expect(undirected).toBe('source,target,weight\n1,1,5\n1,2,7\n')
    const first = await convertTo('--parallel-edges', 'first', '--undirected')
    expect(first).toBe('source,target\n1,1\n1,2\n')
  })

  it('makes arcs of undirected edges, leaves weights out, reads standard input', async () => {
    const matrix = '%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 -5\n3 3 1\n'
    const args = ['graph', 'convert', '-', '-', '--to', 'edge-list', '--quiet', '--no-vertices-out']
    const bad = await cli(args, { input: matrix })
    expect(bad).toMatchObject({ code: 1, stdout: '' })
    expect(bad.stderr).toMatch(/standard input\):3: negative weight.*\(--no-weights\) \("-5"\)\n$/)
    const good = await cli([...args, '--no-weights', '--directed'], { input: matrix })
    expect(good).toMatchObject({ code: 0, stdout: '1\t2\n2\t1\n3\t3\n', stderr: '' })
  })

  it('loses nothing in silence', async () => {
    const before = readdirSync(folder)
    const lost = await cli(['graph', 'convert', FLIGHTS, at('lost.mtx')])
    expect(lost).toMatchObject({ code: 1, stdout: '' })
    expect(lost.stderr).toMatch(/^ticktickclock: .*numbers its vertices.*--vertices-out.*\n$/)
    expect(readdirSync(folder)).toEqual(before)
  })

  it.each<[string[], RegExp]>([
    [['-', '-'], /'--to <format>' is needed/],
    [[FLIGHTS, FLIGHTS], /argument <out> names the input/],
    [[FLIGHTS, 'a.txt', '--vertices-out', FLIGHTS], /'--vertices-out <file>' names the input/],
    [[FLIGHTS, 'a.txt', '--from', 'csv'], /'--from <format>' argument 'csv' is invalid/],
    [[FLIGHTS, 'a.txt', '--undirected', '--directed'], /'--directed' cannot be used with/],
    [[FLIGHTS], /missing required argument 'out'/],
  ])('wrong usage: %j', async (args, message) => {
    const ended = await cli(['graph', 'convert', ...args], { cwd: folder })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(message)
    expect(ended.stderr.split('\n')).toHaveLength(2)
  })

  it('ends without a word when the reader of standard output has gone', async () => {
    const block = at('gone.ttcg')
    await cli([
      'graph',
      'generate',
      'uniform',
      block,
      '--vertex-count',
      '9',
      '--edge-count',
      '300000',
    ])
    const ended = await cli(['graph', 'convert', block, '-', '--to', 'csv', '--quiet'], {
      onStart: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('other commands', () => {
  it('take other formats and their options', async () => {
    writeFileSync(at('karate.txt'), KARATE_TEXT)
    await convert(at('karate.txt'), at('karate.graph'), '--undirected', '--no-vertices-out')
    const info = await cli(['graph', 'info', at('karate.graph'), '--json'])
    expect(JSON.parse(info.stdout).result).toMatchObject({
      vertices: 34,
      edges: 78,
      directed: false,
    })
    const ranked = await cli(['pagerank', at('karate.graph'), '--format', 'metis', '--top', '1'])
    expect(ranked.stdout).toMatch(/^#\s+id\s+rank\n1\s+34\s/)
  })
})

describe('graph generate', () => {
  it.each([
    [
      'rmat',
      '--scale 7 --edge-factor 4 --a 0.5',
      generateRmat({ scale: 7, edgeFactor: 4, a: 0.5 }),
    ],
    [
      'uniform',
      '--vertex-count 50 --edge-count 90 --undirected --simple',
      generateUniform({ vertexCount: 50, edgeCount: 90, directed: false, simple: true }),
    ],
    [
      'watts-strogatz',
      '--vertex-count 40 --neighbors 6 --rewiring 0.5 --seed 9',
      generateWattsStrogatz({ vertexCount: 40, neighbors: 6, rewiring: 0.5, seed: 9 }),
    ],
  ])('%s gives the graph of the library', async (model, options, expected) => {
    const out = at(`${model}.ttcg`)
    const ended = await cli(['graph', 'generate', model, out, ...options.split(' ')])
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: '' })
    expect(ended.stderr).toMatch(/^ticktickclock: generated .*: written in .*\n$/)
    expect(readFileSync(out).equals(expected.block)).toBe(true)
  })

  it('says what is missing or wrong', async () => {
    const missing = await cli(['graph', 'generate', 'rmat', at('x.ttcg')])
    expect(missing).toMatchObject({ code: 2 })
    expect(missing.stderr).toMatch(/required option '--scale <s>' not specified/)
    const odd = '--vertex-count 9 --neighbors 3 --rewiring 0'.split(' ')
    const wrong = await cli(['graph', 'generate', 'watts-strogatz', at('x.ttcg'), ...odd])
    expect(wrong).toMatchObject({ code: 1 })
    expect(wrong.stderr).toMatch(/"neighbors" expected even number, got 3/)
  })
})
