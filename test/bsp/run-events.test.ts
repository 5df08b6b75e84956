/** Events of figures that are lost, or come at odd times: against a transport made for it. */

import { defineComputation } from 'ticktickclock/bsp'
import { EventBus } from 'ticktickclock/telemetry'
import { describe, expect, it } from 'vitest'
import { RunEvents } from '../../dist/bsp/emit.js'
import { FIGURE } from '../../dist/bsp/figures.js'
import { createRandom } from '../../dist/random.js'
import type { RunState, Transport } from '../../dist/transport/transport.js'
import { count, testSeed } from '../support/seed.js'
import { listenTo } from '../support/telemetry.js'

const computation = defineComputation({
  name: 'made',
  initialize: () => 0,
  supersteps: [{ name: 'one', compute() {} }],
})

/** Supersteps `lost` of `finished` are no longer kept. */
class MadeTransport implements Pick<Transport, 'kind' | 'state' | 'figures'> {
  readonly kind = 'threads'
  finished = 0
  lost = 0

  state(): RunState {
    return { superstep: this.finished, sinceBarrierMs: 0, held: false, phases: [] }
  }

  figures(superstep: number, rank: number, into = new Float64Array(13)) {
    if (superstep < this.lost || superstep >= this.finished) return
    into[FIGURE.startMs] = 1000 + superstep
    into[FIGURE.endMs] = 1000.5 + superstep + rank / 4
    into[FIGURE.marker] = superstep + 1
    return into
  }
}

function runOn(transport: MadeTransport) {
  const bus = new EventBus()
  const { told, of } = listenTo(bus)
  const events = new RunEvents(bus, 'made', 0)
  events.begin(computation as never, 2)
  events.start(transport as unknown as Transport, 0)
  return { events, told, of }
}

describe('supersteps that are gone', () => {
  it('are told as dropped, between those before and after', () => {
    const transport = new MadeTransport()
    const { events, told } = runOn(transport)
    transport.finished = 2
    events.look()
    transport.finished = 10
    transport.lost = 8
    events.look()
    const seen = told.flatMap(({ event, measurements, metadata }) => {
      if (event === 'coordinator.superstep_completed') return [`${metadata.superstep}`]
      return event === 'coordinator.supersteps_dropped' ? [`${measurements.count} dropped`] : []
    })
    expect(seen).toEqual(['0', '1', '6 dropped', '8', '9'])
    const dropped = told.find(({ event }) => event === 'coordinator.supersteps_dropped')
    expect(dropped?.metadata).toMatchObject({ processors: 2, computation_module: 'made' })
  })

  it('any looks, any losses: what is told and what is dropped make up all', () => {
    for (let i = 0; i < count(100); i++) {
      const seed = (testSeed() + i) >>> 0
      const random = createRandom(seed)
      const transport = new MadeTransport()
      const { events, of } = runOn(transport)
      for (let looks = random.nextBelow(8); looks >= 0; looks--) {
        transport.finished += random.nextBelow(30)
        const kept = random.nextBelow(20)
        transport.lost = Math.max(transport.lost, transport.finished - kept)
        events.look()
      }
      events.completed({ supersteps: transport.finished, converged: false, messages: 0, bytes: 0 })
      const steps = of('coordinator.superstep_completed').map(({ metadata }) => metadata.superstep)
      const dropped = of('coordinator.supersteps_dropped').reduce(
        (sum, { measurements }) => sum + measurements.count,
        0,
      )
      expect({ seed, all: steps.length + dropped }).toEqual({ seed, all: transport.finished })
      expect(steps, `seed ${seed}`).toEqual([...new Set(steps)].sort((a, b) => a - b))
      expect(of('coordinator.computation_completed')).toHaveLength(1)
    }
  })

  it('nothing is told after the end', () => {
    const transport = new MadeTransport()
    const { events, told } = runOn(transport)
    transport.finished = 3
    events.failed(new Error('enough'), 3)
    const { length } = told
    transport.finished = 9
    events.look()
    expect(told).toHaveLength(length)
  })

  it('what is told of a processor follows one another', () => {
    const transport = new MadeTransport()
    const { events, told } = runOn(transport)
    transport.finished = 3
    events.look()
    for (const rank of [0, 1]) {
      const own = told.filter(({ metadata }) => {
        const { superstep, processor_id } = metadata as Record<string, unknown>
        return superstep === 1 && processor_id === rank
      })
      const times = own.map(({ measurements }) => measurements.time)
      expect(own).toHaveLength(5)
      expect(times).toEqual([...times].sort((a, b) => a - b))
    }
  })

  it('a handler that looks at the run while it is told hears nothing twice', () => {
    const bus = new EventBus()
    const transport = new MadeTransport()
    const events = new RunEvents(bus, 'made', 0)
    events.begin(computation as never, 1)
    events.start(transport as unknown as Transport, 0)
    const steps: number[] = []
    bus.attach('looks', 'coordinator.superstep_completed', (_event, _m, { superstep }) => {
      steps.push(superstep)
      events.look()
    })
    transport.finished = 4
    events.look()
    expect(steps).toEqual([0, 1, 2, 3])
  })
})

describe('how much is kept', () => {
  it('more when somebody listens, as far as memory allows', () => {
    for (const [processors, kept] of [
      [1, 8192],
      [32, 8192],
      [256, 1260],
      [1024, 1024],
    ]) {
      const bus = new EventBus()
      const events = new RunEvents(bus, 'made', 0)
      events.begin(computation as never, processors)
      expect([events.isHeard, events.keptSupersteps]).toEqual([false, 1024])
      bus.attach('id', 'processor.barrier_reached', () => {})
      expect([events.isHeard, events.keptSupersteps]).toEqual([true, kept])
    }
  })
})
