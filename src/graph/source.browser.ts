/**
 * Opens URLs in pages and web workers. Twin of source.node.ts; resolved by `#source`.
 */

import { GraphSourceError } from '../errors.js'
import type { LocationOpener } from './source.js'
import { fetchSource } from './source-stream.js'

/** Opens a URL; a relative one is relative to the page or worker. */
export const openLocation: LocationOpener['openLocation'] = async (location, signal) => {
  let url: URL
  try {
    url = new URL(location, globalThis.document?.baseURI ?? globalThis.location?.href)
  } catch (cause) {
    throw new GraphSourceError(`${location}: not a valid URL`, { cause })
  }
  return fetchSource(url, signal)
}

/** A page has no files on disk. */
export const openRandom: LocationOpener['openRandom'] = async () => undefined

/** A page can't look for files beside a URL: the caller passes `vertices`. */
export const findVertexFile: LocationOpener['findVertexFile'] = async () => undefined

/** Ends with an error when anything follows the first member, so nothing is passed over. */
export const openGunzip: LocationOpener['openGunzip'] = () => ({
  stream: new DecompressionStream('gzip'),
  bytesUsed: () => undefined,
})
