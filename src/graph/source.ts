/**
 * The source contract: where a graph's bytes come from. Makers: open-source.ts for what every
 * platform has, source.node.ts and source.browser.ts for paths and URLs. Imports none of them.
 */

/**
 * What a reader takes: a path (in Node), a URL, or bytes in some form. In a browser a string is a
 * URL, relative to the page.
 */
export type GraphSource =
  | string
  | URL
  | Blob
  | Response
  | ArrayBuffer
  | Uint8Array
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>

/** An opened source. */
export interface ByteSource {
  /** For messages, and to see whether it ends in `.gz`: a path, a URL, a file name, `(input)`. */
  readonly name: string
  /** Bytes in all, where known. */
  readonly totalBytes: number | undefined
  /** True when it may have been decompressed on the way: `.gz` in the name then says nothing. */
  readonly decoded: boolean
  /** More bytes, undefined at the end. They may be overwritten by the next call. */
  read(): Promise<Uint8Array | undefined>
  /** Ends it early or after the last byte: closes files, cancels streams. May be called twice. */
  close(reason?: unknown): Promise<void>
}

/** A file whose bytes can be read in any order. */
export interface RandomAccess {
  readonly byteLength: number
  /** @throws GraphSourceError when it can't be read */
  slice(start: number, end?: number): Promise<ArrayBuffer>
  close(): Promise<void>
}

/** A decompressor of gzip (RFC 1952). */
export interface Gunzip {
  /** Compressed bytes in, plain ones out. */
  readonly stream: {
    readonly readable: ReadableStream<Uint8Array>
    readonly writable: WritableStream<Uint8Array<ArrayBuffer>>
  }
  /**
   * Compressed bytes used so far, where the platform tells. What is beyond them when `stream` ends
   * was passed over.
   */
  bytesUsed(): number | undefined
}

/** Opens paths and URLs: what each platform's module `#source` exports. */
export interface LocationOpener {
  /** @throws GraphSourceError when it can't be opened */
  openLocation(location: string | URL, signal: AbortSignal | undefined): Promise<ByteSource>
  /** Undefined for what is no file on disk. */
  openRandom(location: string | URL): Promise<RandomAccess | undefined>
  /** The vertex file beside an LDBC edge file, where the platform can look for one. */
  findVertexFile(location: string | URL): Promise<string | undefined>
  openGunzip(): Gunzip
}
