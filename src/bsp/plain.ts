/**
 * Inputs and outputs are plain data on every transport alike, also where nothing is sent: a program
 * that runs on one thread runs on many. Messages are checked while they are written (codec.ts).
 */

import { Graph } from '../graph/csr.js'
import { explain, kindOf, Refusal } from './codec-kinds.js'

/** An input on its way to the members. */
export interface PackedInput {
  value: unknown
  /** Whether the value is a graph's block, or its properties that are. */
  graphs: true | readonly string[]
}

/**
 * The input as each thread gets it: a structured clone, so that nobody writes into the caller's
 * arrays. Memory that is shared stays shared. A Graph, as the input or as a property of it, arrives
 * as a Graph.
 *
 * @throws TypeError with the path to what isn't plain data
 */
export function packInput(input: unknown): PackedInput {
  if (input instanceof Graph) return { value: structuredClone(input.block), graphs: true }
  const graphs: string[] = []
  let plain = input
  if (typeof input === 'object' && input !== null && kindOf(input) === 'Object') {
    const blocks = Object.entries(input).filter(([, part]) => part instanceof Graph)
    for (const [name] of blocks) graphs.push(name)
    plain = { ...input, ...Object.fromEntries(blocks.map(([name, { block }]) => [name, block])) }
  }
  checkPlain(plain, 'the input')
  return { value: structuredClone(plain), graphs }
}

/** The input again, once on each thread. */
export function openInput({ value, graphs }: PackedInput): unknown {
  const open = (block: unknown) => Graph.fromBlock(block as Uint8Array, { trusted: true })
  if (graphs === true) return open(value)
  if (graphs.length === 0) return value
  const parts = value as Record<string, unknown>
  return { ...parts, ...Object.fromEntries(graphs.map((name) => [name, open(parts[name])])) }
}

/** @throws TypeError with the path to what isn't plain data */
export function checkPlain(value: unknown, name: string): void {
  const seen = new Set<object>()
  const stack: unknown[] = []
  const visit = (part: unknown) => {
    if (typeof part === 'function' || typeof part === 'symbol') throw new Refusal(part)
    if (typeof part !== 'object' || part === null || seen.has(part)) return
    seen.add(part)
    stack.push(part)
  }
  try {
    visit(value)
    while (stack.length > 0) visitParts(stack.pop() as object, visit)
  } catch (error) {
    throw error instanceof Refusal ? explain(error, value, name) : error
  }
}

function visitParts(value: object, visit: (part: unknown) => void): void {
  const kind = kindOf(value)
  if (kind === 'Array') for (const part of value as unknown[]) visit(part)
  else if (kind === 'Object') for (const part of Object.values(value)) visit(part)
  else if (kind === 'Set') for (const part of value as Set<unknown>) visit(part)
  else if (kind === 'Map') {
    for (const [key, part] of value as Map<unknown, unknown>) {
      visit(key)
      visit(part)
    }
  } else if (kind === undefined && !isShared(value)) throw new Refusal(value)
}

function isShared(value: object): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer
}
