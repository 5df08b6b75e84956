/**
 * Where checkpoints go: a directory through power cuts, damaged bytes, newer versions. Truncation
 * and flips are tried at every byte of a small checkpoint.
 */

import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { CheckpointError, NotSupportedError } from 'ticktickclock'
import {
  type CheckpointStore,
  directoryStore,
  indexedDbStore,
  memoryStore,
  resume,
  run,
} from 'ticktickclock/bsp'
import { afterAll, describe, expect, it } from 'vitest'
import { checksum } from '../../../dist/bsp/checkpoint/checksum.js'
import { openDirectoryStore } from '../../../dist/bsp/checkpoint/directory-store.browser.js'
import { blocksOf, newerVersionOf, storeOf } from '../../support/blocks.js'
import { failureOf } from '../../support/failure.js'
import { counting } from '../../support/programs/small.js'
import { scratchFolder } from '../../support/scratch.js'
import { count, testSeed } from '../../support/seed.js'

const { folder, remove } = scratchFolder()
afterAll(remove)

/** A new, empty directory. */
const newPath = () => mkdtempSync(join(folder, 'store-'))

const fileName = (number: number) => `checkpoint-${String(number).padStart(8, '0')}.ttc`

const shape = { processors: 1, transport: 'inline' } as const

const first = { superstep: 1, isFirst: true }
const next = (superstep: number) => ({ superstep, isFirst: false })
const { outcome, store: kept } = await blocksOf(counting, shape)

describe('a checksum', () => {
  it('is CRC-32C', () => {
    const check = new TextEncoder().encode('123456789')
    expect(checksum(check)).toBe(0xe306_9283)
    // RFC 3720, B.4.
    expect(checksum(new Uint8Array(32))).toBe(0x8a91_36aa)
    expect(checksum(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43)
  })

  it('is that of bit by bit, wherever bytes lie, and goes on where it was', () => {
    const bitByBit = (bytes: Uint8Array) => {
      let crc = 0xffff_ffff
      for (const byte of bytes) {
        crc ^= byte
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0)
      }
      return ~crc >>> 0
    }
    const property = fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (all, at) => {
      const rest = all.subarray(at)
      expect(checksum(rest)).toBe(bitByBit(rest))
      expect(checksum(rest, checksum(all.subarray(0, at)))).toBe(bitByBit(all))
    })
    fc.assert(property, { seed: testSeed(), numRuns: count(1000) })
  })
})

describe.each<[string, () => CheckpointStore]>([
  ['memory', memoryStore],
  ['directory', () => directoryStore(newPath())],
])('a store in %s', (_name, open) => {
  it('has nothing, then what it was given last', async () => {
    const store = open()
    expect(await store.load()).toBeUndefined()
    for (const [i, block] of kept.blocks.entries()) {
      await store.save(block, i === 0 ? first : next(i + 1))
      expect(Buffer.from((await store.load()) ?? []).equals(block)).toBe(true)
    }
  })

  it('has what a run needs to go on', async () => {
    const store = open()
    await run(counting, { ...shape, checkpoint: { every: 4, store } })
    const { result, resumedFrom, supersteps } = await resume(counting, { store })
    expect({ result, resumedFrom, supersteps }).toEqual({
      result: outcome.result,
      resumedFrom: 8,
      supersteps: 9,
    })
  })
})

describe('a store in a directory', () => {
  it('keeps as many as it is told, and none of the run before', async () => {
    const path = join(newPath(), 'made/on/the/way')
    const store = directoryStore(path, { keep: 3 })
    for (let i = 0; i < 5; i++) await store.save(kept.blocks[i], i === 0 ? first : next(i + 1))
    expect(readdirSync(path).sort()).toEqual([3, 4, 5].map(fileName))
    await directoryStore(path, { keep: 3 }).save(kept.blocks[0], first)
    expect(readdirSync(path)).toEqual([fileName(6)])
  })

  it('clears what an interrupted process has left, and nothing else', async () => {
    const path = newPath()
    writeFileSync(join(path, `.${fileName(7)}.tmp`), 'half')
    writeFileSync(join(path, 'notes.txt'), 'mine')
    const store = directoryStore(path)
    expect(await store.load()).toBeUndefined()
    await store.save(kept.blocks[0], first)
    expect(readdirSync(path).sort()).toEqual([fileName(1), 'notes.txt'])
  })

  it('names path and problem when it can’t write', async () => {
    const path = join(newPath(), 'file')
    writeFileSync(path, '')
    const store = directoryStore(join(path, 'below'))
    const error = await failureOf(run(counting, { ...shape, checkpoint: { store } }))
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error).toMatchObject({ finding: 'store', code: 'ERR_TTC_CHECKPOINT' })
    expect(error.message).toMatch(/can't keep the checkpoint of superstep 1: ENOTDIR.*below/)
  })

  it('goes on from an older one, or refuses by name, wherever the last write is cut', async () => {
    const [older, newest] = kept.blocks
    const path = newPath()
    const alone = newPath()
    writeFileSync(join(path, fileName(1)), older)
    for (let length = 0; length < newest.byteLength; length++) {
      writeFileSync(join(path, fileName(2)), newest.subarray(0, length))
      const block = await directoryStore(path).load()
      expect({ length, isOlder: Buffer.from(block ?? []).equals(older) }).toEqual({
        length,
        isOlder: true,
      })
      writeFileSync(join(alone, fileName(2)), newest.subarray(0, length))
      const error = await failureOf(directoryStore(alone).load())
      expect(error).toBeInstanceOf(CheckpointError)
      expect(error.finding).toBe('damaged')
      expect(error.message).toMatch(
        new RegExp(`${fileName(2)} is damaged: it has ${length} bytes, .*run from the start$`),
      )
    }
    const { result, resumedFrom } = await resume(counting, { store: directoryStore(path) })
    expect({ result, resumedFrom }).toEqual({ result: outcome.result, resumedFrom: 1 })
  })

  it('goes on from an older one whichever bit of the newest is wrong', async () => {
    const [older, newest] = kept.blocks
    const path = newPath()
    writeFileSync(join(path, fileName(1)), older)
    for (let at = 0; at < newest.byteLength; at++) {
      const damaged = newest.slice()
      damaged[at] ^= 1 << (at % 8)
      writeFileSync(join(path, fileName(2)), damaged)
      const block = await directoryStore(path).load()
      expect({ at, isOlder: Buffer.from(block ?? []).equals(older) }).toEqual({ at, isOlder: true })
    }
  })

  it('says of how many that none is whole', async () => {
    const path = newPath()
    for (const number of [1, 2, 3]) writeFileSync(join(path, fileName(number)), 'rubbish')
    await expect(directoryStore(path).load()).rejects.toThrow(
      /00000003\.ttc is damaged: it has 7 bytes.*; 2 older, damaged as well; no checkpoint here/,
    )
  })

  it('does not pass over what a newer package has written', async () => {
    const path = newPath()
    writeFileSync(join(path, fileName(1)), kept.blocks[0])
    writeFileSync(join(path, fileName(2)), newerVersionOf(kept.blocks[1]))
    const error = await failureOf(resume(counting, { store: directoryStore(path) }))
    expect(error).toMatchObject({ name: 'CheckpointError', finding: 'newer' })
    expect(error.message).toMatch(
      /00000002\.ttc has format version 2, this package reads up to 1; resume it with a newer/,
    )
  })

  it('syncs nothing away: what was there before a write stays until it is whole', async () => {
    const path = newPath()
    const store = directoryStore(path, { keep: 1 })
    await store.save(kept.blocks[0], first)
    // The next one's temporary name is taken by a folder: the write fails.
    mkdirSync(join(path, `.${fileName(2)}.tmp`))
    await expect(store.save(kept.blocks[1], next(2))).rejects.toThrow(/EISDIR/)
    expect(readFileSync(join(path, fileName(1)))).toEqual(Buffer.from(kept.blocks[0]))
  })
})

describe('arguments of stores', () => {
  it('are checked', () => {
    expect(() => directoryStore('')).toThrow(/"path" expected string, not empty/)
    expect(() => directoryStore('x', { keep: 0 })).toThrow(/"keep" expected whole number in \[1/)
    expect(() => directoryStore('x', { kept: 1 } as never)).toThrow(/no option "kept"/)
    expect(() => openDirectoryStore('x', 2)).toThrow(NotSupportedError)
    expect(() => indexedDbStore('run')).toThrow(/needs a browser.*directoryStore/)
    expect(() => indexedDbStore('')).toThrow(/"name" expected string/)
  })
})

describe('a checkpoint', () => {
  it('is refused when any byte of it is wrong, missing, or too much', async () => {
    const [, block] = kept.blocks
    const finding = async (bytes: Uint8Array) => {
      const error = await failureOf(resume(counting, { store: storeOf(bytes) }))
      return error instanceof CheckpointError && error.finding
    }
    for (let at = 0; at < block.byteLength; at++) {
      const damaged = block.slice()
      damaged[at] ^= 1 << ((at + 3) % 8)
      expect({ at, found: await finding(damaged) }).toEqual({ at, found: 'damaged' })
      expect({ at, found: await finding(block.slice(0, at)) }).toEqual({ at, found: 'damaged' })
    }
    expect(await finding(Uint8Array.of(...block, 0))).toBe('damaged')
    expect(await finding(newerVersionOf(block))).toBe('newer')
  })

  it('has the same bytes in every run', async () => {
    const { store } = await blocksOf(counting, shape)
    const hash = (block: Uint8Array) => createHash('sha256').update(block).digest('hex')
    expect(store.blocks.map(hash)).toEqual(kept.blocks.map(hash))
  })
})
