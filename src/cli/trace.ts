/** `--trace FILE` of `ticktickclock run`: a timeline of the run, however that ends. */

import type { ChromeTrace } from '../telemetry/timeline.js'
import { openOutput, type Sink } from './output.js'
import type { Session } from './session.js'

/** Entries that are written at a time. */
const PIECE = 2000

/**
 * Runs `work` and writes the trace of it: whole or not at all, also when it fails or is
 * interrupted.
 *
 * @param path undefined: no trace is recorded
 */
export async function traced<T>(
  path: string | undefined,
  session: Session,
  work: () => Promise<T>,
): Promise<T> {
  if (path === undefined) return work()
  const output = await openOutput(path)
  const { recordTrace } = await import('../telemetry/trace.js')
  const trace = recordTrace()
  const write = async () => {
    trace.stop()
    // What interrupted the run does not end this.
    const { signal } = new AbortController()
    const recorded = trace.toJSON()
    await output.fill(signal, (sink) => writeTrace(recorded, sink))
    const { dropped_entries: dropped } = recorded.otherData
    if (dropped > 0) session.say(`the trace is full: ${dropped} entries were left out`)
  }
  let value: T
  try {
    value = await work()
  } catch (error) {
    // What went wrong first is what is told.
    await write().catch((problem: Error) => session.say(problem.message))
    throw error
  }
  await write()
  return value
}

/** JSON, an entry a line. */
async function writeTrace({ traceEvents, ...rest }: ChromeTrace, sink: Sink): Promise<void> {
  await sink.write(`${JSON.stringify(rest).slice(0, -1)},"traceEvents":[\n`)
  for (let at = 0; at < traceEvents.length; at += PIECE) {
    const lines = traceEvents.slice(at, at + PIECE).map((event) => JSON.stringify(event))
    await sink.write(`${at > 0 ? ',\n' : ''}${lines.join(',\n')}`)
  }
  await sink.write('\n]}\n')
}
