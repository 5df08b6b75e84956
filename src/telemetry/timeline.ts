/**
 * A timeline in Google's "Trace Event Format", as JSON for Perfetto: processes with lanes, slices,
 * instants and counters, in memory up to a limit. What they mean is trace.ts's business.
 */

/** What an entry says besides its place. */
export type TraceArguments = Readonly<Record<string, string | number | boolean>>

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
  cat?: string | undefined
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

type Entry = Omit<TraceEvent, 'ts' | 'dur'> & { startNs: number; endNs: number }

export class Timeline {
  droppedSupersteps = 0
  readonly #maxEntries: number
  readonly #entries: Entry[] = []
  readonly #names: TraceEvent[] = []
  readonly #named = new Set<string>()
  /** Where each lane's last slice ends. */
  readonly #ends = new Map<number, number>()
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
  slice(
    { pid, tid, name, cat }: Pick<TraceEvent, 'pid' | 'tid' | 'name' | 'cat'>,
    span: { startNs: number; endNs: number },
    args: TraceArguments,
  ): void {
    if (this.#isFull) {
      this.#dropped++
      return
    }
    const lane = laneOf(pid, tid)
    const startNs = Math.max(span.startNs, this.#ends.get(lane) ?? 0)
    const endNs = Math.max(span.endNs, startNs)
    this.#ends.set(lane, endNs)
    // A plain literal: slices are many, and spreading takes several times as long.
    this.#entries.push({ ph: 'X', pid, tid, name, cat, startNs, endNs, args })
  }

  /**
   * A slice around all others of its lane since `startNs`. There is room for as many of these as
   * for other entries, when those have come to their limit.
   */
  frame(
    place: Pick<TraceEvent, 'pid' | 'tid' | 'name' | 'cat'>,
    span: { startNs: number; endNs: number },
    args: TraceArguments,
  ): void {
    if (this.#entries.length >= 2 * this.#maxEntries) {
      this.#dropped++
      return
    }
    const endNs = Math.max(span.endNs, this.#ends.get(laneOf(place.pid, place.tid)) ?? 0)
    this.#entries.push({ ph: 'X', ...place, startNs: span.startNs, endNs, args })
  }

  /** The first of some lanes on which nothing goes on at a time. */
  freeLane(pid: number, first: number, startNs: number): number {
    let tid = first
    while ((this.#ends.get(laneOf(pid, tid)) ?? 0) > startNs) tid++
    return tid
  }

  instant(
    place: Pick<TraceEvent, 'pid' | 'tid' | 'name' | 's'>,
    atNs: number,
    args: TraceArguments,
  ): void {
    this.#add({ ph: 'i', ...place, startNs: atNs, endNs: atNs, args })
  }

  counter(pid: number, name: string, atNs: number, value: number): void {
    this.#add({ ph: 'C', pid, tid: 0, name, startNs: atNs, endNs: atNs, args: { [name]: value } })
  }

  toJSON(): ChromeTrace {
    const beginNs = this.#entries.reduce((least, { startNs }) => Math.min(least, startNs), Infinity)
    const us = (ns: number) => (ns - beginNs) / 1000
    const events = this.#entries.map(({ startNs, endNs, ...entry }): TraceEvent => {
      const ts = us(startNs)
      return entry.ph === 'X' ? { ...entry, ts, dur: us(endNs) - ts } : { ...entry, ts }
    })
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
    return this.#entries.length >= this.#maxEntries
  }

  #add(entry: Entry): void {
    if (this.#isFull) this.#dropped++
    else this.#entries.push(entry)
  }
}

/** A number for both. */
function laneOf(pid: number, tid: number): number {
  return pid * 2 ** 20 + tid
}
