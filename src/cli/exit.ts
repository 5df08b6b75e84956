/**
 * How a command ends: exit codes, and the errors that choose one. Part of the command line's
 * interface (docs/cli.md): change none of the numbers.
 */

/** Exit codes. Signals end with 128 + their number, so Ctrl-C is 130. */
export const EXIT = { ok: 0, error: 1, usage: 2, notConverged: 3 } as const

/** A command line that can't be carried out as it stands, whatever the data. */
export class UsageError extends Error {}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/** Signals that end a command in good order. */
export type EndingSignal = keyof typeof SIGNAL_NUMBERS

export const ENDING_SIGNALS = Object.keys(SIGNAL_NUMBERS) as EndingSignal[]

/** The reason of the abort that a signal causes. */
export class Interruption extends Error {
  readonly exitCode: number

  constructor(signal: EndingSignal) {
    super(`interrupted by ${signal}`)
    this.exitCode = 128 + SIGNAL_NUMBERS[signal]
  }
}

/** The reader of stdout has gone (`| head`): a reason to end, not an error. */
export class ClosedPipe extends Error {}
