/**
 * How bytes that members save reach the coordinator where members are workers: by a port each,
 * which delivers while the member's thread goes on, or sleeps. Used by transports over threads.
 */

import type { RunShape } from './transport.js'

/** What a member posts. The memory moves. */
export interface SavedMessage {
  superstep: number
  sections: readonly Uint8Array[]
}

/** The coordinator's side. */
export interface Saves {
  /** By member: to be handed over with its job. */
  readonly ports: readonly MessagePort[]
  /** Resolves when so many messages of members have arrived in all. */
  arrived(messages: number): Promise<void>
  close(): void
}

/**
 * Listens to members.
 *
 * @param onSave called with the sections of all members, in their order
 * @param onStored called when that has resolved: members may save again
 */
export function gatherSaves(
  members: number,
  onSave: NonNullable<RunShape['onSave']>,
  onStored: () => void,
): Saves {
  const channels = Array.from({ length: members }, () => new MessageChannel())
  let gathered: (readonly Uint8Array[])[] = []
  let missing = members
  let count = 0
  let look = () => {}
  for (const [member, { port1 }] of channels.entries()) {
    port1.onmessage = ({ data }: MessageEvent<SavedMessage>) => {
      gathered[member] = data.sections
      count++
      if (--missing === 0) {
        const sections = gathered.flat()
        gathered = []
        missing = members
        void onSave(data.superstep, sections).then(onStored)
      }
      look()
    }
  }
  return {
    ports: channels.map(({ port2 }) => port2),
    arrived: (messages) =>
      new Promise((resolve) => {
        look = () => {
          if (count >= messages) resolve()
        }
        look()
      }),
    close() {
      for (const { port1 } of channels) port1.close()
    },
  }
}

/** The member's side: hands its sections over. */
export function postSections(port: MessagePort, saved: SavedMessage): void {
  const memory = saved.sections.map(({ buffer }) => buffer as ArrayBuffer)
  port.postMessage(saved, [...new Set(memory)])
}
