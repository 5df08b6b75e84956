/** Events as lines: which, at which level, and what they say. */

import { run } from 'ticktickclock/bsp'
import { attachLoggerHandler, EventBus, type LogLevel } from 'ticktickclock/telemetry'
import { describe, expect, it, vi } from 'vitest'
import { failureOf } from '../support/failure.js'
import misbehave from '../support/programs/misbehave.mjs'
import { exchange } from '../support/programs/small.js'

const inline = { transport: 'inline' } as const

function logTo(bus: EventBus, level: LogLevel | undefined) {
  const lines: string[] = []
  const write = (kind: LogLevel) => (line: string) => lines.push(`${kind} ${line}`)
  const levels = ['debug', 'info', 'warn', 'error'] as const
  const sink = Object.fromEntries(levels.map((kind) => [kind, write(kind)])) as never
  return { lines, detach: attachLoggerHandler({ bus, sink, ...(level && { level }) }) }
}

describe('attachLoggerHandler', () => {
  it('T75: a line for each run; with debug, one for each superstep, too', async () => {
    const bus = new EventBus()
    const { lines } = logTo(bus, 'debug')
    await run(exchange, { processors: 2, ...inline, telemetry: bus })
    const shapes = lines.map((line) => line.replace(/run \d+/, 'run N').replace(/[\d.]+ ms/, 'T'))
    expect(shapes).toEqual([
      'debug run N: computation "exchange" loaded',
      'debug run N: 2 processors on inline',
      'debug run N: processor 0 has its state',
      'debug run N: processor 1 has its state',
      'debug run N: superstep 0 "all" completed in T, converged: false',
      'debug run N: superstep 1 "all" completed in T, converged: false',
      'debug run N: superstep 2 "all" completed in T, converged: false',
      'debug run N: superstep 3 "all" completed in T, converged: true',
      'info computation "exchange" completed in T, 4 supersteps',
    ])
  })

  it('at the default level supersteps have no listener', async () => {
    const bus = new EventBus()
    const { lines } = logTo(bus, undefined)
    expect(bus.hears('coordinator.superstep_completed')).toBe(false)
    await run(exchange, { processors: 2, ...inline, telemetry: bus })
    expect(lines).toEqual([expect.stringMatching(/^info computation "exchange" completed in/)])
  })

  it('T75: an error line names the processor and what it threw, on one line', async () => {
    const bus = new EventBus()
    const { lines } = logTo(bus, 'error')
    const input = { fault: 'throw', rank: 1, step: 2, where: 'compute', supersteps: 5 } as never
    await failureOf(run(misbehave, { input, processors: 2, ...inline, telemetry: bus }))
    expect(lines[0]).toBe(
      'error processor 1: compute failed in superstep 2: RangeError: thrown on purpose',
    )
    expect(lines[1]).toMatch(/^error computation "misbehave" failed after .*ERR_TTC_PROCESSOR/)
    expect(lines).toHaveLength(2)
    const task = { workflow: 'w', workflow_run_id: 1, task: 't', attempt: 2 }
    const metadata = { ...task, reason: 'Error', message: 'one\n  two\r\nthree' }
    bus.emit('workflow.task_error', { time: 1, duration: 1 }, metadata)
    expect(lines[2]).toBe('error w: t (attempt 2) failed: Error: one two three')
  })

  it('TB11: a second call does not throw, and does not write twice; detach is its end', () => {
    const bus = new EventBus()
    const first = logTo(bus, 'info')
    const second = logTo(bus, 'debug')
    const emit = () =>
      bus.emit(
        'coordinator.computation_failed',
        { time: 1, duration: 1 },
        {
          ...{ run_id: 1, computation_module: 'made', superstep_count: 1 },
          ...{ reason: 'Error', message: 'enough' },
        },
      )
    emit()
    first.detach()
    emit()
    second.detach()
    emit()
    expect([first.lines.length, second.lines.length]).toEqual([0, 2])
  })

  it('writes to the console unless told otherwise, and checks what it is given', () => {
    const bus = new EventBus()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    attachLoggerHandler({ bus })
    bus.emit(
      'telemetry.handler_failed',
      { time: 1 },
      {
        ...{ handler_id: 'mine', event: 'coordinator.restarted', reason: 'Error', message: 'x' },
      },
    )
    expect(warn.mock.calls).toEqual([
      ['handler "mine" threw on coordinator.restarted, and was detached: Error: x'],
    ])
    warn.mockRestore()
    expect(() => attachLoggerHandler({ bus, level: 'loud' as never })).toThrow(RangeError)
    expect(() => attachLoggerHandler({ bus, sink: {} as never })).toThrow(/"sink" expected/)
  })
})
