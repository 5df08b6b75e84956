/**
 * A timeline in Google's "Trace Event Format", as JSON for Perfetto: processes with lanes, slices,
 * instants and counters, in memory up to a limit. What they mean is trace.ts's business.
 */

import {
  type ArgumentsOf,
  Entries,
  type EntryForm,
  type Fields,
  type Place,
  type Span,
  type TraceArguments,
} from './entries.js'

export type { TraceArguments } from './entries.js'

/**
 * An entry of a trace. `ph` is its kind: `X` a slice, `i` an instant, `C` a counter, `M` a name.
 * `ts` and `dur` are microseconds, from the begin of the trace.
 */
export interface TraceEvent {
  ph: 'X' | 'i' | 'C' | 'M'
  name: string
  /** The process: a run, or the kernels. */
  pid: number
  /** The lane in it. */
  tid: number
  ts: number
  dur?: number
  /** How far an instant reaches: its lane or its process. */
  s?: 't' | 'p'
  cat?: string
  args?: TraceArguments
}

/** A trace in the format's object form. */
export interface ChromeTrace {
  traceEvents: TraceEvent[]
  displayTimeUnit: 'ms'
  /** What Perfetto shows as metadata. */
  otherData: {
    producer: 'ticktickclock'
    /** When the trace begins, ISO 8601. */
    begins: string
    /** Entries that the limit left out. */
    dropped_entries: number
    /** Supersteps that were too fast to be looked at, and have no entries. */
    dropped_supersteps: number
  }
}

export class Timeline {
  droppedSupersteps = 0
  readonly #maxEntries: number
  readonly #entries = new Entries()
  readonly #names: TraceEvent[] = []
  readonly #named = new Set<string>()
  /** Where each lane's last slice ends. */
  readonly #lasts = new Map<number, { endNs: number }>()
  #dropped = 0

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  /** Names a process; its place among others is its number. */
  process(pid: number, name: string): void {
    this.#name(pid, 0, 'process_name', { name })
    this.#name(pid, 0, 'process_sort_index', { sort_index: pid })
  }

  /** Names a lane, once. */
  lane(pid: number, tid: number, name: string): void {
    this.#name(pid, tid, 'thread_name', { name })
    this.#name(pid, tid, 'thread_sort_index', { sort_index: tid })
  }

  /**
   * A slice, behind the last one of its lane: threads read clocks that may be off by microseconds,
   * and slices that overlap are shown in the wrong place. Durations that were measured are in
   * `args`.
   */
  slice<F extends Fields>(
    form: EntryForm<F>,
    place: Place,
    span: Span,
    args: ArgumentsOf<F>,
  ): void {
    if (this.#isFull) {
      this.#dropped++
      return
    }
    const last = this.#lastOf(place)
    const startNs = Math.max(span.startNs, last.endNs)
    last.endNs = Math.max(span.endNs, startNs)
    this.#entries.add(form, place, startNs, last.endNs, args)
  }

  /**
   * A slice around all others of its lane since `startNs`. There is room for as many of these as
   * for other entries, when those have come to their limit.
   */
  frame<F extends Fields>(
    form: EntryForm<F>,
    place: Place,
    span: Span,
    args: ArgumentsOf<F>,
  ): void {
    if (this.#entries.count >= 2 * this.#maxEntries) {
      this.#dropped++
      return
    }
    const endNs = Math.max(span.endNs, this.#lastOf(place).endNs)
    this.#entries.add(form, place, span.startNs, endNs, args)
  }

  /** The first of some lanes on which nothing goes on at a time. */
  freeLane(pid: number, first: number, startNs: number): number {
    let tid = first
    while (this.#lastOf({ pid, tid }).endNs > startNs) tid++
    return tid
  }

  /** An instant, or the value of a counter from then on. */
  mark<F extends Fields>(
    form: EntryForm<F>,
    place: Place,
    atNs: number,
    args: ArgumentsOf<F>,
  ): void {
    if (this.#isFull) this.#dropped++
    else this.#entries.add(form, place, atNs, atNs, args)
  }

  toJSON(): ChromeTrace {
    let beginNs = Number.POSITIVE_INFINITY
    for (const { startNs } of this.#entries.read()) beginNs = Math.min(beginNs, startNs)
    const us = (ns: number) => (ns - beginNs) / 1000
    const events: TraceEvent[] = []
    for (const { form, pid, tid, name, startNs, endNs, args } of this.#entries.read()) {
      const { ph, s, cat } = form
      const ts = us(startNs)
      const own = { ...(cat !== undefined && { cat }), ...(s !== undefined && { s }), args }
      const dur = ph === 'X' && { dur: us(endNs) - ts }
      events.push({ ph, pid, tid, name, ts, ...dur, ...own })
    }
    const begins = new Date(Number.isFinite(beginNs) ? beginNs / 1e6 : 0).toISOString()
    return {
      traceEvents: [...this.#names, ...events],
      displayTimeUnit: 'ms',
      otherData: {
        ...{ producer: 'ticktickclock', begins },
        dropped_entries: this.#dropped,
        dropped_supersteps: this.droppedSupersteps,
      },
    }
  }

  #name(pid: number, tid: number, name: string, args: TraceArguments): void {
    const key = `${name} ${pid} ${tid}`
    // Names are bounded by what is kept.
    if (this.#named.has(key) || this.#isFull) return
    this.#named.add(key)
    this.#names.push({ ph: 'M', name, pid, tid, ts: 0, args })
  }

  get #isFull(): boolean {
    return this.#entries.count >= this.#maxEntries
  }

  #lastOf({ pid, tid }: Pick<Place, 'pid' | 'tid'>): { endNs: number } {
    const lane = pid * 2 ** 20 + tid
    const known = this.#lasts.get(lane)
    if (known !== undefined) return known
    const made = { endNs: 0 }
    this.#lasts.set(lane, made)
    return made
  }
}
