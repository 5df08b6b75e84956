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
    const tags = this.#tags
    let level = this.#root
    const last = tags.length - 1
    for (let i = 0; i < last; i++) {
      const next = level.get(metadata[tags[i]])
      if (next === undefined) return this.#add(metadata)
      level = next as Level<T>
    }
    const found = level.get(last < 0 ? undefined : metadata[tags[last]])
    return (found as T | undefined) ?? this.#add(metadata)
  }

  #add(metadata: Readonly<Record<string, unknown>>): T {
    if (this.#count < this.#maxSeries) return this.#place(metadata)
    // Once more as many for the tags that are few; then all are one.
    const isFull = this.#count >= 2 * this.#maxSeries
    const folded = this.#tags.map((tag): [string, unknown] => [
      tag,
      isFull || tag === UNBOUNDED_TAG ? OTHER : metadata[tag],
    ])
    return this.#place(Object.fromEntries(folded))
  }

  #place(metadata: Readonly<Record<string, unknown>>): T {
    const keys = this.#tags.map((tag) => metadata[tag])
    const last = keys.pop()
    let level = this.#root
    for (const key of keys) {
      const next = (level.get(key) as Level<T> | undefined) ?? new Map()
      level.set(key, next)
      level = next
    }
    const found = level.get(last) as T | undefined
    if (found !== undefined) return found
    const made = this.#make(
      Object.fromEntries(this.#tags.map((tag) => [tag, String(metadata[tag])])),
    )
    level.set(last, made)
    this.#count++
    return made
  }
}
