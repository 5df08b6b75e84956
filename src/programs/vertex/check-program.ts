/** Checks a vertex program when it is defined, so that mistakes show before anything runs. */

import { COLUMN_TYPES } from '../../bsp/columns.js'
import { show } from '../../check.js'
import { DefinitionError } from '../../errors.js'
import { RESERVED } from './cursor.js'
import type { AnyProgram } from './prepare.js'

const FUNCTIONS = ['starts', 'message', 'halts', 'converged'] as const
const PARTS = [
  ...['name', 'parameters', 'value', 'initialize', 'starts', 'direction', 'message', 'edge'],
  ...['combine', 'gather', 'aggregate', 'apply', 'halts', 'converged'],
]
const WORDS = { direction: ['out', 'in', 'both'], gather: ['changed', 'all'] } as const
const COMBINE = ['sum', 'min', 'max']

/** @throws DefinitionError that names program, part and remedy */
export function checkProgram(program: AnyProgram): void {
  if (typeof program !== 'object' || program === null) {
    throw new DefinitionError(`a vertex program is an object, got ${show(program)}`)
  }
  if (typeof program.name !== 'string' || program.name === '') {
    throw new DefinitionError(
      `a vertex program needs a "name", a string, got ${show(program.name)}`,
    )
  }
  const fail = (problem: string): never => {
    throw new DefinitionError(`vertex program "${program.name}": ${problem}`)
  }
  for (const key of Object.keys(program)) {
    if (!PARTS.includes(key)) fail(`has no part "${key}"; it knows ${PARTS.join(', ')}`)
  }
  checkValue(program, fail)
  checkFunctions(program, fail)
  checkWords(program, fail)
  checkParameters(program, fail)
}

type Fail = (problem: string) => never

function checkValue({ value }: AnyProgram, fail: Fail): void {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    fail(`needs "value", columns of a vertex as { depth: 'u32' }, got ${show(value)}`)
  }
  const types = Object.keys(COLUMN_TYPES).filter((type) => type !== 'u64' && type !== 'i64')
  for (const [name, type] of Object.entries(value)) {
    if (RESERVED.includes(name as 'index')) {
      fail(`a column can't be called "${name}": all vertices have that already`)
    }
    if (!types.includes(type)) {
      fail(`column "${name}" has type ${show(type)}; the types are ${types.join(', ')}`)
    }
  }
}

function checkFunctions(program: AnyProgram, fail: Fail): void {
  for (const part of ['initialize', 'apply'] as const) {
    const functions: unknown = program[part]
    for (const name of Object.keys(program.value)) {
      const found = (functions as Record<string, unknown> | undefined)?.[name]
      if (typeof found === 'function') continue
      fail(`"${part}" needs a function for each column; for "${name}" it has ${show(found)}`)
    }
    for (const name of Object.keys(functions as object)) {
      if (!(name in program.value)) fail(`"${part}" has "${name}", which is no column`)
    }
  }
  for (const part of FUNCTIONS) {
    const found = program[part]
    const isMissing = found === undefined && part !== 'message'
    if (!isMissing && typeof found !== 'function') {
      fail(`"${part}" must be a function, got ${show(found)}`)
    }
  }
}

function checkWords(program: AnyProgram, fail: Fail): void {
  for (const [part, words] of Object.entries(WORDS)) {
    const word = program[part as keyof typeof WORDS]
    if (word !== undefined && !(words as readonly string[]).includes(word)) {
      fail(`"${part}" is one of ${words.join(', ')}, got ${show(word)}`)
    }
  }
  const { edge, combine, aggregate = {} } = program
  if (edge !== undefined && typeof edge !== 'function' && edge !== 'add' && edge !== 'multiply') {
    fail(`"edge" is 'add', 'multiply' or a function, got ${show(edge)}`)
  }
  const isOwn =
    typeof combine === 'object' &&
    typeof combine?.identity === 'number' &&
    typeof combine.combine === 'function'
  if (!isOwn && !COMBINE.includes(combine as string)) {
    fail(`"combine" is 'sum', 'min', 'max' or { identity, combine }, got ${show(combine)}`)
  }
  for (const [name, aggregator] of Object.entries(aggregate)) {
    const isProper = typeof aggregator?.value === 'function' && COMBINE.includes(aggregator.combine)
    if (!isProper) {
      fail(`aggregate "${name}" is { combine: 'sum', 'min' or 'max', value: a function }`)
    }
  }
}

function checkParameters({ parameters = {} }: AnyProgram, fail: Fail): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (name === 'graph' || name === 'partition') {
      fail(`a parameter can't be called "${name}": the input has that already`)
    }
    if (typeof value !== 'number' && value !== 'number' && value !== 'vertex') {
      fail(`parameter "${name}" is a number, its default, 'number' or 'vertex', got ${show(value)}`)
    }
  }
}
