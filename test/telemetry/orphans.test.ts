/**
 * The table of events and the code that emits, one against the other: what the compiler finds in
 * the sources is what the table has. That each also happens is for kernels.test.ts.
 */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS, metrics } from 'ticktickclock/telemetry'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/paths.js'

const SOURCES = join(ROOT, 'src')
const NAMES = Object.keys(EVENTS).sort()

/** Names that `bus.emit(…)` is called with, by file; `?` for what is no literal. */
function emittedBy(files: readonly string[]): Map<string, string[]> {
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, strict: true },
    ...{ moduleResolution: ts.ModuleResolutionKind.NodeNext, skipLibCheck: true, noEmit: true },
  }
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  const namesOf = (argument: ts.Expression): string[] => {
    const type = checker.getTypeAtLocation(argument)
    const all = type.isUnion() ? type.types : [type]
    return all.map((each) => (each.isStringLiteral() ? each.value : '?'))
  }
  const isBus = (node: ts.Expression) =>
    checker.getTypeAtLocation(node).getSymbol()?.getName() === 'EventBus'
  return new Map(
    files.map((file) => {
      const found: string[] = []
      const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
          const { name, expression } = node.expression
          if (name.text === 'emit' && isBus(expression)) found.push(...namesOf(node.arguments[0]))
        }
        ts.forEachChild(node, visit)
      }
      visit(program.getSourceFile(file) as ts.SourceFile)
      return [file.slice(SOURCES.length + 1), found]
    }),
  )
}

describe('TB10: the table of events', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => join(SOURCES, path))
  const emitted = emittedBy(files)

  it('has what the sources emit, and nothing else', () => {
    const names = new Set([...emitted.values()].flat())
    expect([...names].sort()).toEqual(NAMES)
  })

  it('is looked at where events are emitted', () => {
    const places = [...emitted].filter(([, names]) => names.length > 0).map(([path]) => path)
    expect(places.sort()).toEqual([
      ...['bsp/emit.ts', 'devices/tell.ts', 'devices/webgpu/pass-clock.ts', 'event-bus.ts'],
      'workflow/events.ts',
    ])
  })

  it('has every event and measurement that metrics name', () => {
    for (const { name, event, measurement, tags } of metrics()) {
      const row = EVENTS[event]
      expect(Object.keys(row.metadata), name).toEqual(expect.arrayContaining([...tags]))
      if (measurement !== undefined) expect(row.measurements, name).toHaveProperty(measurement)
    }
  })
}, 60_000)
