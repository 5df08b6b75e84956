/**
 * The target contract: where a graph's bytes go. Maker: ../write.ts for streams, target.node.ts and
 * target.browser.ts for paths. Imports none of them.
 */

/** What a writer takes: a path or file URL (in Node), or a stream (anywhere). */
export type GraphTarget = string | URL | WritableStream<Uint8Array>

/** An opened target. Whatever is written shows only when it is published, where that can be had. */
export interface ByteTarget {
  /** Resolves when the bytes were taken; they are the target's from then on. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** All was written: whatever can fail is done now. */
  finish(): Promise<void>
  /** After `finish`: makes it appear under its name. */
  publish(): Promise<void>
  /** Gives up at any time before `publish`; what was there before stays. */
  abandon(reason: unknown): Promise<void>
}

/** Opens paths: what each platform's module `#target` exports. */
export interface TargetOpener {
  /** @throws GraphTargetError when nothing can be written there */
  openTarget(location: string | URL): Promise<ByteTarget>
}
