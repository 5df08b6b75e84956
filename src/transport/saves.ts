/**
 * How bytes that members save reach the coordinator where members are workers: by
 * messages, which are delivered while the member's thread goes on, or sleeps.
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
 * Puts together what members save.
 *
 * @param onSave called with the sections of all members, in their order
 * @param onStored called when that has resolved: members may save again
 * @returns to be called with each member's message
 */
export function saveGatherer(
  members: number,
  onSave: NonNullable<RunShape['onSave']>,
  onStored: () => void,
): (member: number, saved: SavedMessage) => void {
  let gathered: (readonly Uint8Array[])[] = []
  let missing = members
  return (member, { superstep, sections }) => {
    gathered[member] = sections
    if (--missing > 0) return
    const all = gathered.flat()
    gathered = []
    missing = members
    void onSave(superstep, all).then(onStored)
  }
}

/** Listens to members, each by a port of its own. Parameters as for `saveGatherer`. */
export function gatherSaves(
  members: number,
  onSave: NonNullable<RunShape['onSave']>,
  onStored: () => void,
): Saves {
  const channels = Array.from({ length: members }, () => new MessageChannel())
  const gather = saveGatherer(members, onSave, onStored)
  let count = 0
  let look = () => {}
  for (const [member, { port1 }] of channels.entries()) {
    port1.onmessage = ({ data }: MessageEvent<SavedMessage>) => {
      count++
      gather(member, data)
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
  port.postMessage(saved, memoryOf(saved.sections))
}

/** Buffers to be moved. */
export function memoryOf(sections: readonly Uint8Array[]): ArrayBuffer[] {
  return [...new Set(sections.map(({ buffer }) => buffer as ArrayBuffer))]
}
