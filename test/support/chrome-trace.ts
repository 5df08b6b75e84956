/**
 * What the Trace Event Format asks of a trace, written down from its description: fields of each
 * kind of entry, names of lanes, slices of a lane that nest or follow one another.
 */

interface Entry {
  [field: string]: unknown
  ph: string
  pid: number
  tid: number
  ts: number
  dur?: number
  name: string
}

const FIELDS: Record<string, { needs: string[]; may: string[] }> = {
  X: { needs: ['name', 'pid', 'tid', 'ts', 'dur'], may: ['cat', 'args'] },
  i: { needs: ['name', 'pid', 'tid', 'ts', 's'], may: ['cat', 'args'] },
  C: { needs: ['name', 'pid', 'tid', 'ts', 'args'], may: ['cat'] },
  M: { needs: ['name', 'pid', 'tid', 'args'], may: ['ts'] },
}

/** Everything that is wrong with it; what is left of sums of doubles counts as 0. */
export function traceProblems(trace: unknown): string[] {
  const { traceEvents } = trace as { traceEvents?: Entry[] }
  if (!Array.isArray(traceEvents)) return ['there is no list of entries']
  const problems = traceEvents.flatMap(entryProblems)
  const named = new Set(
    traceEvents.flatMap(({ ph, name, pid, tid }) =>
      ph === 'M' ? [`${name} ${pid} ${name === 'process_name' ? '' : tid}`] : [],
    ),
  )
  for (const { ph, pid, tid, name } of traceEvents) {
    if (ph === 'M') continue
    if (!named.has(`process_name ${pid} `)) problems.push(`process ${pid} has no name`)
    if (ph !== 'C' && !named.has(`thread_name ${pid} ${tid}`)) {
      problems.push(`lane ${tid} of process ${pid} has no name, but "${name}"`)
    }
  }
  return [...problems, ...nestingProblems(traceEvents)]
}

function entryProblems(entry: Entry, index: number): string[] {
  const say = (problem: string) => [`entry ${index}: ${problem}`]
  const fields = FIELDS[entry.ph]
  if (fields === undefined) return say(`unknown kind ${entry.ph}`)
  const keys = Object.keys(entry).filter((key) => key !== 'ph')
  const missing = fields.needs.filter((key) => !keys.includes(key))
  if (missing.length > 0) return say(`${entry.ph} without ${missing.join()}`)
  const strange = keys.filter((key) => ![...fields.needs, ...fields.may].includes(key))
  if (strange.length > 0) return say(`${entry.ph} with ${strange.join()}`)
  if (typeof entry.name !== 'string' || entry.name === '') return say('no name')
  if (!Number.isInteger(entry.pid) || !Number.isInteger(entry.tid)) return say('no place')
  const times = entry.ph === 'M' ? [] : [entry.ts, ...(entry.ph === 'X' ? [entry.dur] : [])]
  for (const time of times) {
    if (typeof time !== 'number' || !Number.isFinite(time) || time < 0) return say(`time ${time}`)
  }
  if (entry.ph === 'i' && !['t', 'p', 'g'].includes(String(entry.s))) return say('no scope')
  const values = Object.values((entry.args ?? {}) as object)
  const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
  return entry.ph === 'C' && !values.every(isNumber) ? say('a counter that is no number') : []
}

function nestingProblems(entries: readonly Entry[]): string[] {
  const lanes = byLane(entries.filter(({ ph }) => ph === 'X'))
  const problems: string[] = []
  for (const [lane, slices] of lanes) {
    const open: number[] = []
    const byStart = [...slices].sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    for (const { ts, dur = 0, name } of byStart) {
      while (open.length > 0 && (open.at(-1) as number) <= ts + 1e-3) open.pop()
      const around = open.at(-1)
      if (around !== undefined && ts + dur > around + 1e-3) {
        problems.push(`lane ${lane}: "${name}" at ${ts} ends after what is around it`)
      }
      open.push(ts + dur)
    }
  }
  return problems
}

function byLane(entries: readonly Entry[]): Map<string, Entry[]> {
  const lanes = new Map<string, Entry[]>()
  for (const entry of entries) {
    const key = `${entry.pid} ${entry.tid}`
    const lane = lanes.get(key)
    if (lane === undefined) lanes.set(key, [entry])
    else lane.push(entry)
  }
  return lanes
}
