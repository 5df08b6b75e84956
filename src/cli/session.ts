/**
 * What a running command shares with the process: the signal that Ctrl-C aborts, and stderr. Made
 * by main.ts, handed to every command.
 */

import { removeUnfinished } from '../graph/target.node.js'
import { ENDING_SIGNALS, type EndingSignal, Interruption } from './exit.js'

/** Given to every command. */
export interface Session {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
  /** Writes one line to stderr. */
  say(text: string): void
}

/** A session with its end. */
export interface OpenedSession extends Session {
  /** Stops listening to signals: they would keep a finished process from ending as it should. */
  close(): void
}

/** Starts to listen to signals. A second one ends the process at once. */
export function openSession(): OpenedSession {
  const controller = new AbortController()
  const stop = (signal: EndingSignal) => {
    const interruption = new Interruption(signal)
    if (controller.signal.aborted) {
      removeUnfinished()
      // biome-ignore lint/nursery/noProcessExit: asked for twice, nothing more may run
      process.exit(interruption.exitCode)
    }
    controller.abort(interruption)
  }
  for (const signal of ENDING_SIGNALS) process.on(signal, stop)
  return {
    signal: controller.signal,
    say: (text) => process.stderr.write(`ticktickclock: ${oneLine(text)}\n`),
    close() {
      for (const signal of ENDING_SIGNALS) process.off(signal, stop)
    },
  }
}

/** Text that keeps to one line and can't steer a terminal, whatever a file or its name holds. */
export function oneLine(text: string): string {
  const flat = text.trim().replace(/\s*\r?\n\s*/g, ' ')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  return flat.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
