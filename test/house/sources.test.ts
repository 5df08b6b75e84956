/**
 * Habits that no linter knows: a file says what it is, lines and files end somewhere, time and
 * chance come from one place each, workers are made in one folder.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const MAX_COLUMNS = 100
/** "About 400": a little room, so that nobody cuts a file in a bad place for one line. */
const MAX_LINES = 440

const FOLDERS = ['src', 'assembly', 'shaders', 'scripts', 'test', 'bench', 'demo', 'examples']
const files = FOLDERS.flatMap((folder) => filesUnder(folder))
  .filter((path) => /\.(ts|mjs|wgsl)$/.test(path) && !path.endsWith('.generated.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const library = files.filter(({ path }) => path.startsWith('src/'))

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true })
      .filter(({ name }) => name !== 'node_modules')
      .flatMap((entry) => {
        const path = `${folder}/${entry.name}`
        return entry.isDirectory() ? filesUnder(path) : [path]
      })
  } catch {
    return [] // a folder that is still to come
  }
}

/** Code without comments, roughly: enough to look for calls. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

describe('the sources', () => {
  it('are found', () => expect(library.length).toBeGreaterThan(10))

  it('open with a comment that says what the file is', () => {
    const bare = files.filter(({ text }) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(text))
    expect(bare.map(({ path }) => path)).toEqual([])
  })

  it(`have lines of at most ${MAX_COLUMNS} columns`, () => {
    const long = files.flatMap(({ path, text }) =>
      text
        .split('\n')
        .map((line, index) => ({ place: `${path}:${index + 1}`, line }))
        // An address or a long text without a blank can't be broken.
        .filter(({ line }) => [...line].length > MAX_COLUMNS && !/\S{60}/.test(line)),
    )
    expect(long.map(({ place }) => place)).toEqual([])
  })

  it(`have at most ${MAX_LINES} lines`, () => {
    const long = files.filter(({ text }) => text.split('\n').length > MAX_LINES)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('read clocks in src/time/system.ts and chance in src/random.ts only', () => {
    const places = ['src/time/system.ts', 'src/random.ts']
    const sources = /\b(Date\.now|performance\.now|Math\.random|new Date\(\))/
    const found = library.filter(({ text }) => sources.test(codeOf(text)))
    expect(found.map(({ path }) => path).filter((path) => !places.includes(path))).toEqual([])
  })

  it('make workers in src/workers/ only', () => {
    const found = library.filter(({ text }) => /\bnew Worker\(/.test(codeOf(text)))
    expect(found.map(({ path }) => path).filter((path) => !/^src\/workers\//.test(path))).toEqual(
      [],
    )
  })
})
