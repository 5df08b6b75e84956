/**
 * Values of command-line options: text to numbers, checked here so that the message names the
 * option as the user typed it. Commander turns InvalidArgumentError into a usage error.
 */

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { TransportKind } from '../transport/transport.js'
import { UsageError } from './exit.js'

type Parser<T> = (text: string) => T

/** A whole number in [low, high]. */
export function wholeNumber(low: number, high: number): Parser<number> {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= low && value <= high) return value
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`)
  }
}

/** A decimal number that passes `isAllowed`; `expected` says which ones do. */
export function decimal(expected: string, isAllowed: (value: number) => boolean): Parser<number> {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
    if (Number.isFinite(value) && isAllowed(value)) return value
    throw new InvalidArgumentError(`Expected ${expected}.`)
  }
}

/** A column: its name, or its number counted from 1. */
export function column(text: string): string | number {
  if (text === '') throw new InvalidArgumentError('Expected a name, or a number counted from 1.')
  if (!/^\d+$/.test(text)) return text
  const number = Number(text)
  if (number >= 3 && number <= 1000) return number
  throw new InvalidArgumentError(
    'Columns 1 and 2 are the ends of an edge: weights are in one from 3 to 1000.',
  )
}

/** A column of a table: its name, or its number counted from 1. */
export function anyColumn(text: string): string | number {
  const number = /^\d+$/.test(text) ? Number(text) : undefined
  if (text !== '' && number !== 0) return number ?? text
  throw new InvalidArgumentError('Expected a name, or a number counted from 1.')
}

/** A path that is not empty. */
export function path(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a path.')
  return text
}

/**
 * `ID=W,ID=W,…`: weights by vertex id, of ids named twice the sum. The last `=` divides; a comma
 * that belongs to an id is written `\,`.
 */
export function idWeights(text: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const part of text.split(/(?<!\\),/)) {
    const match = /^(.+)=([^=]+)$/s.exec(part)
    const weight = Number(match?.[2].trim() || Number.NaN)
    if (match === null || !Number.isFinite(weight) || weight < 0) {
      throw new InvalidArgumentError(
        `Expected ID=W,ID=W,… with finite weights from 0 on, got ${JSON.stringify(part)}.`,
      )
    }
    const id = match[1].replaceAll('\\,', ',')
    weights.set(id, (weights.get(id) ?? 0) + weight)
  }
  if ([...weights.values()].every((weight) => weight === 0)) {
    throw new InvalidArgumentError('Expected at least one weight above 0.')
  }
  return weights
}

/** An option that takes one of a few words. */
export function choice(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices(words)
}

/** An option whose value is parsed; nothing is passed on when it is left out. */
export function parsed<T>(flags: string, description: string, parse: Parser<T>): Option {
  return new Option(flags, description).argParser(parse)
}

/** Options that say where to compute. */
export interface DeviceOptions {
  device?: 'auto' | 'reference' | 'wasm' | 'webgpu'
  threads?: number
}

/** Adds `--device` and `--threads`. */
export function addDevice(command: Command): Command {
  return command
    .addOption(
      choice('--device <kind>', 'where to compute; auto unless TICKTICKCLOCK_DEVICE is set', [
        'auto',
        'reference',
        'wasm',
        'webgpu',
      ]),
    )
    .addOption(
      parsed(
        '--threads <n>',
        'threads of WASM; as many as processors unless TICKTICKCLOCK_THREADS is set',
        wholeNumber(1, 256),
      ),
    )
}

/**
 * Refuses threads for devices that have none.
 *
 * @throws UsageError
 */
export async function checkDevice({ device, threads }: DeviceOptions): Promise<void> {
  const { readConfig } = await import('../config.js')
  const kind = device ?? readConfig().device
  if (threads === undefined || kind === 'auto' || kind === 'wasm') return
  throw new UsageError(`option '--threads <n>' is for device wasm, not ${kind}: leave it out`)
}

/** Values of the options that commands which run BSP programs share. */
export interface ProcessorOptions {
  processors?: number
  transport?: TransportKind
}

/** Adds `--processors` and `--transport`. */
export function addProcessors(command: Command): Command {
  return command
    .addOption(
      parsed(
        '--processors <n>',
        'processors of the program (default: as many as this machine has)',
        wholeNumber(1, 1024),
      ),
    )
    .addOption(
      choice('--transport <kind>', 'run on this thread or on many (default: threads)', [
        'inline',
        'threads',
        'transfer',
      ]),
    )
}
