/** `writeGraph` to files: whole or not at all, whatever happens. */

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  GraphTargetError,
  generateUniform,
  graphFromEdges,
  readGraph,
  writeGraph,
} from 'ticktickclock'
import { afterEach, describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'

const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-write-'))
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
})

const small = graphFromEdges([
  ['a', 'b'],
  ['b', 'c'],
])
const large = generateUniform({ vertexCount: 50_000, edgeCount: 600_000 })
const at = (name: string) => join(folder, name)

describe('files', () => {
  it('keep their permissions, and are written behind a symbolic link', async () => {
    writeFileSync(at('old.txt'), 'old')
    chmodSync(at('old.txt'), 0o640)
    symlinkSync(at('old.txt'), at('link.txt'))
    await writeGraph(small, at('link.txt'))
    expect(lstatSync(at('link.txt')).isSymbolicLink()).toBe(true)
    expect(statSync(at('old.txt')).mode & 0o777).toBe(0o640)
    expect(readFileSync(at('old.txt'), 'utf8')).toBe('a\tb\nb\tc\n')
  })

  it('may be named by file URLs', async () => {
    await writeGraph(small, pathToFileURL(at('a.csv')), { vertices: pathToFileURL(at('a.v')).href })
    expect(readFileSync(at('a.csv'), 'utf8')).toBe('source,target\na,b\nb,c\n')
    expect(readFileSync(at('a.v'), 'utf8')).toBe('a\nb\nc\n')
    const web = new URL('https://example.org/a.csv')
    await expect(writeGraph(small, web)).rejects.toThrow(/written to a path or a stream/)
  })

  it.each(['big.txt', 'big.mtx.gz', 'big.ttcg'])(
    'are as before after an abort: %s',
    async (name) => {
      writeFileSync(at(name), 'old')
      writeFileSync(at('names'), 'old names')
      const controller = new AbortController()
      let pieces = 0
      const writing = writeGraph(large, at(name), {
        vertices: at('names'),
        signal: controller.signal,
        onProgress: () => {
          if (++pieces === 2) controller.abort(new Error('enough'))
        },
      })
      await expect(writing).rejects.toThrow('enough')
      expect(readdirSync(folder).sort()).toEqual([name, 'names'].sort())
      expect(readFileSync(at(name), 'utf8')).toBe('old')
      expect(readFileSync(at('names'), 'utf8')).toBe('old names')
    },
  )

  it('are as before when the list of vertices fails, or nothing can be held', async () => {
    const failing = { vertices: at('none/names') }
    const error = await failureOf(writeGraph(small, at('a.txt'), failing))
    expect(error).toBeInstanceOf(GraphTargetError)
    expect(error.message).toMatch(/none\/names: no such folder/)
    await expect(writeGraph(small, at('a.metis'))).rejects.toThrow(/no direction/)
    const lone = graphFromEdges([], { vertices: ['a', 'control\u0001'] })
    await expect(writeGraph(lone, at('a.txt'), { vertices: at('a.v') })).rejects.toThrow(
      /"control\\u0001" has a control character.*write a block/,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it('that are folders are refused', async () => {
    await expect(writeGraph(small, folder)).rejects.toThrow(/is a folder; give a file/)
  })

  it.skipIf(!existsSync('/dev/full'))('on a full disk are an error that says so', async () => {
    const error = await failureOf(writeGraph(small, '/dev/full', { format: 'block' }))
    expect(error).toBeInstanceOf(GraphTargetError)
    expect(error.message).toMatch(/^\/dev\/full: no space left on the device/)
  })

  it('hold no thread: timers run while they are written', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await writeGraph(large, at('big.txt'))
    clearInterval(timer)
    // 130 pieces of 64 KiB: a thread that is held has no turn at all.
    expect(turns).toBeGreaterThan(5)
    expect((await readGraph(at('big.txt'))).arcCount).toBe(600_000)
  })

  it('the same for both is refused', async () => {
    const same = writeGraph(small, at('a.txt'), { vertices: at('a.txt') })
    await expect(same).rejects.toThrow(/"vertices" and "target" are the same/)
  })
})
