/** The bus: who is told of what, in which order, and that no handler can break what it hears of. */

import { run } from 'ticktickclock/bsp'
import { EVENTS, EventBus, type EventName } from 'ticktickclock/telemetry'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { epochMs } from '../../dist/time/system.js'
import { endless } from '../support/programs/small.js'
import { EVENT_NAMES } from '../support/telemetry.js'

const TASK = { workflow: 'nightly', workflow_run_id: 1, task: 'load', attempt: 1 }
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

describe('handlers that change what they are told', () => {
  const change = (_event: string, measurements: object, metadata: object) => {
    Object.assign(measurements, { time: -1 })
    Object.assign(metadata, { task: 'another' })
  }

  it('are detached, and the next is told what happened', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const bus = new EventBus()
    const heard: unknown[] = []
    bus.attach('change', STARTED, change)
    bus.attach('next', STARTED, (_event, ...told) => heard.push(told.slice(0, 2)))
    bus.emit(STARTED, { time: 3 }, { ...TASK })
    expect(heard).toEqual([[{ time: 3 }, TASK]])
    expect(bus.handlers().map(({ id }) => id)).toEqual(['next'])
    expect(warn).toHaveBeenCalledTimes(1)
  })

  it('change nothing that later events of a run say, also alone', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const bus = new EventBus()
    const names = new Set<string>()
    const watched = ['processor.barrier_reached', 'coordinator.superstep_completed'] as const
    for (const event of EVENT_NAMES.filter((name) => !watched.some((each) => each === name))) {
      bus.attach(event, event, (_event, _measurements, metadata) =>
        Object.assign(metadata, { computation_module: 'another', superstep_name: 'another' }),
      )
    }
    bus.attachMany('watch', watched, (event, _numbers, metadata) => {
      names.add(`${event}: ${metadata.computation_module}, ${metadata.superstep_name}`)
    })
    await run(endless, { maxSupersteps: 2, processors: 2, transport: 'inline', telemetry: bus })
    const [superstep] = endless.supersteps
    expect([...names]).toEqual(watched.map((event) => `${event}: endless, ${superstep.name}`))
  })
})

describe('types', () => {
  it('a handler that wants a config is refused without one', () => {
    const bus = new EventBus()
    type Numbers = { time: number }
    const wants = (_event: string, _numbers: Numbers, _task: object, config: { level: number }) =>
      config.level
    bus.attach('right', STARTED, wants, { level: 3 })
    // @ts-expect-error without a config
    bus.attach('none', STARTED, wants)
    // @ts-expect-error with undefined for it
    bus.attach('undefined', STARTED, wants, undefined)
    // @ts-expect-error with another one
    bus.attach('wrong', STARTED, wants, { level: 'high' })
    bus.attachMany('right', [STARTED], wants, { level: 3 })
    // @ts-expect-error without a config
    bus.attachMany('none', [STARTED], wants)
    // @ts-expect-error with another one
    bus.attachMany('wrong', [STARTED], wants, { level: 'high' })
    bus.attach('infers', STARTED, (_event, _numbers, _task, config) => config.toFixed(), 3)
    const some = (_event: string, _numbers: Numbers, _task: object, level = 3) => level
    bus.attach('may', STARTED, some)
    expect(bus.handlers().map(({ id }) => id)).toContain('may')
  })

  it('what is told is only to be read', () => {
    const bus = new EventBus()
    bus.attach('change', STARTED, (_event, measurements, metadata) => {
      // @ts-expect-error measurements are read-only
      measurements.time = 0
      // @ts-expect-error metadata are read-only
      metadata.task = 'another'
    })
    expect(bus.hears(STARTED)).toBe(true)
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
    const told = { time: expect.any(Number), ...failure, message: 'by mistake' }
    expect(heard).toEqual([told, 'sound', 'sound'])
    expect(bus.handlers().map(({ id }) => id)).toEqual(['sound', 'watch'])
  })

  it('a rejected promise counts as well, when it comes', async () => {
    const bus = new EventBus()
    const failures: { reason: string; time: number }[] = []
    let failedMs = 0
    bus.attach('late', STARTED, async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      failedMs = epochMs()
      throw Object.assign(new Error('later'), { code: 'E_LATER' })
    })
    bus.attach('watch', 'telemetry.handler_failed', (_event, { time }, { reason }) =>
      failures.push({ reason, time }),
    )
    // All of these will be rejected; who has failed is reported once.
    for (let i = 0; i < 5; i++) emit(bus)
    expect(bus.handlers()).toHaveLength(2)
    await vi.waitFor(() => expect(failures).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(failures).toEqual([{ reason: 'E_LATER', time: expect.any(Number) }])
    // When it failed, not when what it heard of happened.
    expect(Math.abs(failures[0].time / 1e6 - failedMs)).toBeLessThan(1000)
    expect(bus.handlers().map(({ id }) => id)).toEqual(['watch'])
  })

  it('what is reported of an error has bounds', () => {
    const bus = new EventBus()
    const failures: { reason: string; message: string }[] = []
    bus.attach('long', STARTED, () => {
      throw Object.assign(new Error('m'.repeat(1e6)), { code: 'c'.repeat(1e6) })
    })
    bus.attach('watch', 'telemetry.handler_failed', (_event, _m, { reason, message }) =>
      failures.push({ reason, message }),
    )
    emit(bus)
    const [{ reason, message }] = failures
    expect([reason.length, message.length]).toEqual([100, 1000])
    expect(message).toBe(`${'m'.repeat(999)}…`)
  })

  it('not even a console that throws is heard of by who emits', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {
      throw new Error('closed')
    })
    const bus = new EventBus()
    bus.attach('broken', STARTED, () => {
      throw new Error('by mistake')
    })
    expect(() => emit(bus)).not.toThrow()
    expect(bus.handlers()).toEqual([])
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
