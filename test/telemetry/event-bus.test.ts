/** The bus: who is told of what, in which order, and that no handler can break what it hears of. */

import { EVENTS, EventBus, type EventName } from 'ticktickclock/telemetry'
import { afterEach, describe, expect, it, vi } from 'vitest'

const TASK = { workflow: 'nightly', task: 'load' }
const STARTED = 'workflow.task_started'
const emit = (bus: EventBus, time = 1) => bus.emit(STARTED, { time }, TASK)

afterEach(() => vi.restoreAllMocks())

describe('attach and detach', () => {
  it('T54: gives handlers the event, its measurements, its metadata and their config', () => {
    const bus = new EventBus()
    const heard: unknown[][] = []
    bus.attach('one', STARTED, (...all) => heard.push(all), { level: 3 })
    emit(bus, 7)
    bus.emit('workflow.task_completed', { time: 1, duration: 1 }, TASK)
    expect(heard).toEqual([[STARTED, { time: 7 }, TASK, { level: 3 }]])
  })

  it('tells handlers in order of attachment, each once, also of several events', () => {
    const bus = new EventBus()
    const heard: string[] = []
    const events = [STARTED, 'workflow.task_error', STARTED] as const
    bus.attachMany('many', events, (event) => heard.push(`many ${event}`))
    bus.attach('one', STARTED, (event) => heard.push(`one ${event}`))
    emit(bus)
    expect(heard).toEqual([`many ${STARTED}`, `one ${STARTED}`])
    expect(bus.handlers()).toEqual([
      { id: 'many', events: [STARTED, 'workflow.task_error'] },
      { id: 'one', events: [STARTED] },
    ])
  })

  it('TB11: a second attach under an id replaces the first, and neither throws', () => {
    const bus = new EventBus()
    const heard: string[] = []
    const first = bus.attach('id', STARTED, () => heard.push('first'))
    const second = bus.attach('id', STARTED, () => heard.push('second'))
    emit(bus)
    // What undid the first does nothing to the second.
    first()
    emit(bus)
    second()
    second()
    emit(bus)
    expect(heard).toEqual(['second', 'second'])
    expect([bus.detach('id'), bus.hears(), bus.handlers()]).toEqual([false, false, []])
  })

  it('hears says whether anybody listens, to one or to any event', () => {
    const bus = new EventBus()
    expect([bus.hears(), bus.hears(STARTED)]).toEqual([false, false])
    const detach = bus.attach('id', STARTED, () => {})
    expect([bus.hears(), bus.hears(STARTED)]).toEqual([true, true])
    expect(bus.hears('workflow.task_error')).toBe(false)
    expect(bus.hears('workflow.task_error', STARTED)).toBe(true)
    detach()
    expect(bus.hears(STARTED)).toBe(false)
  })

  it('refuses what is no event, no handler and no id, and names what there is', () => {
    const bus = new EventBus() as unknown as {
      attach(...args: unknown[]): void
      attachMany(...args: unknown[]): void
    }
    expect(() => bus.attach('id', 'coordinator.finished', () => {})).toThrow(RangeError)
    expect(() => bus.attach('id', 'toString', () => {})).toThrow(/processor\.barrier_reached/)
    expect(() => bus.attach('id', 7, () => {})).toThrow(TypeError)
    expect(() => bus.attach('id', STARTED)).toThrow(/"handler" expected function/)
    expect(() => bus.attach(7, STARTED, () => {})).toThrow(/"id" expected string, got 7/)
    expect(() => bus.attachMany('id', STARTED, () => {})).toThrow(/"events" expected array/)
  })
})

describe('handlers that change who listens while they are told', () => {
  it('one that attaches another: that hears from the next event on', () => {
    const bus = new EventBus()
    const heard: string[] = []
    bus.attach('a', STARTED, () => {
      heard.push('a')
      bus.attach('b', STARTED, () => heard.push('b'))
    })
    emit(bus)
    expect(heard).toEqual(['a'])
    bus.detach('a')
    emit(bus)
    expect(heard).toEqual(['a', 'b'])
  })

  it('one that detaches itself and another: both hear no more, at once', () => {
    const bus = new EventBus()
    const heard: string[] = []
    bus.attach('a', STARTED, () => {
      heard.push('a')
      bus.detach('a')
      bus.detach('c')
    })
    bus.attach('b', STARTED, () => heard.push('b'))
    bus.attach('c', STARTED, () => heard.push('c'))
    emit(bus)
    emit(bus)
    expect(heard).toEqual(['a', 'b', 'b'])
  })

  it('one that emits: what it says is heard before the rest of what it heard', () => {
    const bus = new EventBus()
    const heard: string[] = []
    bus.attach('a', STARTED, () =>
      bus.emit('workflow.task_completed', { time: 2, duration: 1 }, TASK),
    )
    bus.attachMany('b', [STARTED, 'workflow.task_completed'], (event) => heard.push(event))
    emit(bus)
    expect(heard).toEqual(['workflow.task_completed', STARTED])
  })
})

describe('handlers that fail', () => {
  it('T54: one that throws is detached and reported; others hear on', () => {
    const bus = new EventBus()
    const heard: unknown[] = []
    bus.attach('broken', STARTED, () => {
      throw new RangeError('by mistake')
    })
    bus.attach('sound', STARTED, () => heard.push('sound'))
    bus.attach('watch', 'telemetry.handler_failed', (_event, { time }, metadata) =>
      heard.push({ time, ...metadata }),
    )
    emit(bus, 5)
    emit(bus, 6)
    const failure = { handler_id: 'broken', event: STARTED, reason: 'RangeError' }
    const told = { time: 5, ...failure, message: 'by mistake' }
    expect(heard).toEqual([told, 'sound', 'sound'])
    expect(bus.handlers().map(({ id }) => id)).toEqual(['sound', 'watch'])
  })

  it('a rejected promise counts as well, when it comes', async () => {
    const bus = new EventBus()
    const reasons: string[] = []
    bus.attach('late', STARTED, async () => {
      await undefined
      throw Object.assign(new Error('later'), { code: 'E_LATER' })
    })
    bus.attach('watch', 'telemetry.handler_failed', (_event, _m, { reason }) =>
      reasons.push(reason),
    )
    emit(bus)
    expect(bus.handlers()).toHaveLength(2)
    await vi.waitFor(() => expect(reasons).toEqual(['E_LATER']))
    expect(bus.handlers().map(({ id }) => id)).toEqual(['watch'])
  })

  it('without a listener to that the console is told, once a handler', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const bus = new EventBus()
    bus.attach('broken', STARTED, () => {
      // biome-ignore lint/style/useThrowOnlyError: users do
      throw 'text'
    })
    emit(bus)
    emit(bus)
    expect(warn).toHaveBeenCalledTimes(1)
    expect(String(warn.mock.calls[0][0])).toContain('"broken" threw on workflow.task_started')
  })

  it('emit returns whatever is thrown, also by who is told of failures', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const hostile = Object.defineProperty(new Error('hidden'), 'message', {
      get() {
        throw new Error('not even that')
      },
    })
    for (const thrown of [undefined, null, Symbol('s'), Object.create(null), hostile, 7n]) {
      const bus = new EventBus()
      for (const id of ['a', 'b']) {
        bus.attach(id, STARTED, () => {
          throw thrown
        })
      }
      bus.attach('watch', 'telemetry.handler_failed', () => {
        throw thrown
      })
      bus.attach('thenable', STARTED, () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw thrown
          },
        }),
      )
      expect(() => emit(bus)).not.toThrow()
      expect(bus.handlers()).toEqual([])
    }
  })
})

describe('the table', () => {
  it('names every event in words joined by a dot, and says when it happens', () => {
    for (const [name, { when, measurements, metadata }] of Object.entries(EVENTS)) {
      expect(name).toMatch(/^(coordinator|processor|workflow|telemetry|kernel|device)\.[a-z_]+$/)
      expect(when.length).toBeGreaterThan(5)
      expect(measurements.time.unit, name).toBe('ns')
      for (const key of Object.keys({ ...measurements, ...metadata })) {
        expect(key, name).toMatch(/^[a-z][a-z_]*$/)
      }
      // A tag and a measurement of one name would hide one another.
      expect(Object.keys(measurements).filter((key) => key in metadata)).toEqual([])
    }
  })

  it('T63: what ends has begun: every completed event has its started twin', () => {
    const names = Object.keys(EVENTS) as EventName[]
    const own = /^(coordinator|processor|workflow)\./
    const ended = names.filter((name) => name.endsWith('_completed') && own.test(name))
    expect(ended.length).toBeGreaterThanOrEqual(5)
    for (const name of ended) {
      expect(names).toContain(name.replace('_completed', '_started'))
    }
  })
})
