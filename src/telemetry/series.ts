/**
 * The series of a metric: one for each combination of its tags' values, and no more than a limit,
 * beyond which tags are `other`. Found without making a text of the values: events are many.
 */

import { UNBOUNDED_TAG } from './metrics.js'

/** Values of tags, by name. */
export type Tags = Readonly<Record<string, string>>

/** What stands for the values that have no series of their own. */
const OTHER = 'other'

type Level<T> = Map<unknown, Level<T> | T>

export class SeriesTree<T> {
  readonly #tags: readonly string[]
  readonly #maxSeries: number
  readonly #make: (tags: Tags) => T
  readonly #root: Level<T> = new Map()
  #count = 0

  constructor(tags: readonly string[], maxSeries: number, make: (tags: Tags) => T) {
    this.#tags = tags
    this.#maxSeries = maxSeries
    this.#make = make
  }

  /** The series of an event with such metadata. */
  of(metadata: Readonly<Record<string, unknown>>): T {
    const found = this.#find(metadata, 'no tag')
    if (found !== undefined) return found
    if (this.#count < this.#maxSeries) return this.#place(metadata, 'no tag')
    // Once more as many for the tags that are few; then all are one.
    const fewer = this.#find(metadata, 'superstep')
    if (fewer !== undefined) return fewer
    const folded = this.#count < 2 * this.#maxSeries ? 'superstep' : 'every tag'
    return this.#find(metadata, folded) ?? this.#place(metadata, folded)
  }

  #find(metadata: Readonly<Record<string, unknown>>, folded: Folded): T | undefined {
    let level: Level<T> | undefined = this.#root
    const last = this.#tags.length - 1
    for (let i = 0; i < last; i++) {
      level = level.get(keyOf(this.#tags[i], metadata, folded)) as Level<T> | undefined
      if (level === undefined) return undefined
    }
    return level.get(last < 0 ? '' : keyOf(this.#tags[last], metadata, folded)) as T | undefined
  }

  #place(metadata: Readonly<Record<string, unknown>>, folded: Folded): T {
    const keys = this.#tags.map((tag) => keyOf(tag, metadata, folded))
    const labels = this.#tags.map((tag, i) => [tag, String(keys[i])])
    const last = keys.pop() ?? ''
    let level = this.#root
    for (const key of keys) {
      const next = (level.get(key) as Level<T> | undefined) ?? new Map()
      level.set(key, next)
      level = next
    }
    const made = this.#make(Object.fromEntries(labels))
    level.set(last, made)
    this.#count++
    return made
  }
}

/** Which tags are `other`. */
type Folded = 'no tag' | 'superstep' | 'every tag'

function keyOf(tag: string, metadata: Readonly<Record<string, unknown>>, folded: Folded): unknown {
  if (folded === 'no tag') return metadata[tag]
  return folded === 'every tag' || tag === UNBOUNDED_TAG ? OTHER : metadata[tag]
}
