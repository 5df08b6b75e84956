/** Checkpoints in a browser's database: whole or as before, by name, from workers as from pages. */

import { CheckpointError } from 'ticktickclock'
import { directoryStore, indexedDbStore, resume, run } from 'ticktickclock/bsp'
import { beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from '../../support/failure.js'
import { counting } from '../../support/programs/small.js'

const inline = { processors: 2, transport: 'inline' } as const
const info = { superstep: 1, isFirst: true }

beforeEach(async () => {
  for (const name of ['a', 'b', 'worker']) await indexedDbStore(name).clear()
})

describe('a store in IndexedDB', () => {
  it('has nothing, then what it was given last, under its name', async () => {
    const store = indexedDbStore('a')
    expect(await store.load()).toBeUndefined()
    await store.save(Uint8Array.of(1, 2), info)
    await store.save(Uint8Array.of(3), info)
    await indexedDbStore('b').save(Uint8Array.of(4), info)
    expect(await indexedDbStore('a').load()).toEqual(Uint8Array.of(3))
    await store.clear()
    expect(await store.load()).toBeUndefined()
    expect(await indexedDbStore('b').load()).toEqual(Uint8Array.of(4))
  })

  it('keeps a copy', async () => {
    const store = indexedDbStore('a')
    const block = Uint8Array.of(1, 2, 3)
    const saved = store.save(block, info)
    block.fill(9)
    await saved
    expect(await store.load()).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('has what a run needs to go on', async () => {
    const expected = await run(counting, inline)
    await run(counting, { ...inline, checkpoint: { every: 4, store: indexedDbStore('a') } })
    const again = await resume(counting, { store: indexedDbStore('a') })
    expect(again).toMatchObject({ result: expected.result, resumedFrom: 8, processors: 2 })
  })

  it('is refused by name when it is damaged', async () => {
    const store = indexedDbStore('a')
    await run(counting, { ...inline, checkpoint: { every: 4, store } })
    const block = (await store.load()) as Uint8Array
    block[block.length - 1] ^= 1
    await store.save(block, info)
    const error = await failureOf(resume(counting, { store }))
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error).toMatchObject({ finding: 'damaged' })
  })

  it('is shared with workers', async () => {
    const worker = new Worker(new URL('../../support/indexed-db-worker.mjs', import.meta.url), {
      type: 'module',
    })
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
    })
    worker.terminate()
    expect(answer).toBe('saved')
    expect(await indexedDbStore('worker').load()).toEqual(Uint8Array.of(5, 6))
  })
})

it('a page has no directories', () => {
  expect(() => directoryStore('run')).toThrow(/needs Node: in a page, use indexedDbStore/)
})
