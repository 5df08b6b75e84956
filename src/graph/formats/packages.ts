/**
 * The contract of the module `#packages`: packages that read tables, loaded when a file needs them.
 * They are optional peers, and in Node only, so that no bundler looks for them.
 */

import type * as hyparquet from 'hyparquet'
import type { Compressors, PageHeader } from 'hyparquet'
import type { ArrowBatch, ArrowTable } from './arrow-columns.js'

/** What reads Parquet. */
export interface ParquetPackages {
  readonly parquetMetadataAsync: typeof hyparquet.parquetMetadataAsync
  readonly parquetRead: typeof hyparquet.parquetRead
  readonly parquetHeader: (reader: { view: DataView; offset: number }) => PageHeader
  /** @param purpose begins the message when the package is missing */
  compressors(purpose: string): Promise<Compressors>
}

/** A reader of apache-arrow, as far as it is used. */
export interface ArrowReader {
  open(): unknown
  isFile(): boolean
  /** Undefined before it is open, and in streams that end before it. */
  readonly schema: ArrowTable['schema'] | undefined
  /** Of a file. */
  readonly numRecordBatches?: number
  next(): MaybePromise<{ done?: boolean; value: ArrowBatch }>
}

type MaybePromise<T> = T | Promise<T>

/** What reads Arrow. */
export interface ArrowPackage {
  readonly RecordBatchReader: { from(source: unknown): MaybePromise<ArrowReader> }
}

/** What each platform's module `#packages` exports. */
export interface PackageLoader {
  /**
   * @param purpose begins the message when a package is missing
   * @throws NotSupportedError that says what to install, or what to do instead
   */
  loadParquet(purpose: string): Promise<ParquetPackages>
  loadArrow(purpose: string): Promise<ArrowPackage>
}
