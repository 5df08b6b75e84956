/** Everything that is told on a bus, for tests to look at. */

import {
  EVENTS,
  type EventBus,
  type EventName,
  type MeasurementsOf,
  type MetadataOf,
} from 'ticktickclock/telemetry'

/** One event. */
export type Told = {
  [N in EventName]: { event: N; measurements: MeasurementsOf<N>; metadata: MetadataOf<N> }
}[EventName]

export const EVENT_NAMES = Object.keys(EVENTS) as EventName[]

/** Hears everything, and checks that each event has the fields of its row, and no others. */
export function listenTo(bus: EventBus, events: readonly EventName[] = EVENT_NAMES) {
  const told: Told[] = []
  const detach = bus.attachMany('test', events, (event, measurements, metadata) => {
    check(event, measurements, metadata)
    told.push({ event, measurements, metadata } as Told)
  })
  /** Those of one kind. */
  const of = <N extends EventName>(event: N) =>
    told.filter((each): each is Extract<Told, { event: N }> => each.event === event)
  return { told, of, detach }
}

function check(event: EventName, measurements: object, metadata: object): void {
  const row = EVENTS[event]
  const keys = (fields: object) => Object.keys(fields).sort().join(' ')
  if (keys(measurements) !== keys(row.measurements) || keys(metadata) !== keys(row.metadata)) {
    throw new Error(`${event} has other fields: ${keys(measurements)}; ${keys(metadata)}`)
  }
  for (const [name, value] of Object.entries(measurements)) {
    if (Number.isFinite(value) && value >= 0) continue
    throw new Error(`${event}: ${name} is ${value}`)
  }
  for (const [name, value] of Object.entries(metadata)) {
    const { type } = (row.metadata as Record<string, { type: string }>)[name]
    if (typeof value !== type) throw new Error(`${event}: ${name} is ${value}, no ${type}`)
  }
}
