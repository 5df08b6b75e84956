/**
 * Checkpoints as files. Twin of directory-store.browser.ts; resolved by `#directory-store`. Names
 * count up: the highest number is the newest, whatever superstep it is of.
 */

import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError } from '../../errors.js'
import { openBlock } from './block.js'
import type { CheckpointStore } from './store.js'

const NAME = /^checkpoint-(\d{8,})\.ttc$/
const TEMPORARY = /^\.checkpoint-\d{8,}\.ttc\.tmp$/

/** @param keep how many stay */
export function openDirectoryStore(path: string, keep: number): CheckpointStore {
  /** Number of the newest file; known after the first look. */
  let newest: number | undefined
  return {
    async save(block, { isFirst }) {
      newest ??= await prepare(path)
      const number = newest + 1
      await writeWhole(path, nameOf(number), block)
      newest = number
      const spare = (await numbersIn(path)).slice(isFirst ? 1 : keep)
      await Promise.all(spare.map((old) => rm(join(path, nameOf(old)), { force: true })))
    },
    load: () => loadNewest(path),
  }
}

function nameOf(number: number): string {
  return `checkpoint-${String(number).padStart(8, '0')}.ttc`
}

/** Numbers of the files, newest first. */
async function numbersIn(path: string): Promise<number[]> {
  const names = await namesIn(path)
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a)
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Makes the directory, clears what an interrupted process has left; the newest number. */
async function prepare(path: string): Promise<number> {
  await mkdir(path, { recursive: true })
  const leftovers = (await namesIn(path)).filter((name) => TEMPORARY.test(name))
  await Promise.all(leftovers.map((name) => rm(join(path, name), { force: true })))
  const [newest = 0] = await numbersIn(path)
  return newest
}

/** The file is there whole, or not at all; when this resolves, it stays. */
async function writeWhole(path: string, name: string, block: Uint8Array): Promise<void> {
  const temporary = join(path, `.${name}.tmp`)
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(block)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(path, name))
  await syncDirectory(path)
}

/** Windows syncs no directories, and needs no sync for a rename to stay. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function loadNewest(path: string): Promise<Uint8Array | undefined> {
  const problems: unknown[] = []
  for (const number of await numbersIn(path)) {
    const file = join(path, nameOf(number))
    try {
      const block = await readFile(file)
      await openBlock(block, file)
      return block
    } catch (error) {
      // Neither a newer format nor a disk that can't be read makes an older checkpoint the newest.
      if (!(error instanceof CheckpointError) || error.finding !== 'damaged') throw error
      problems.push(error)
    }
  }
  const [first] = problems as CheckpointError[]
  if (first === undefined) return undefined
  const others = problems.length === 1 ? '' : `; ${problems.length - 1} older, damaged as well`
  const remedy = '; no checkpoint here is whole: run from the start'
  throw new CheckpointError('damaged', first.message + others + remedy, { cause: first })
}
