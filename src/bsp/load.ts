/** Finds a computation: an object as it is, the default export of a module by its URL. */

import { show } from '../check.js'
import { DefinitionError } from '../errors.js'
import { isComputation } from './computation.js'
import type { Computation } from './types.js'

/**
 * @param what what `defineComputation` returned, or a URL
 * @throws DefinitionError when the module can't be imported, or exports something else
 */
export async function loadComputation(what: unknown): Promise<Computation> {
  if (isComputation(what)) return what
  const { default: found } = await importModule(String(what))
  if (isComputation(found)) return found
  throw new DefinitionError(
    `the default export of ${what} must be a computation, got ${show(found)}; write ` +
      '"export default defineComputation({ … })"',
  )
}

async function importModule(url: string): Promise<{ default?: unknown }> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url)
  } catch (cause) {
    if (cause instanceof DefinitionError) throw cause
    // That this file asked for it leads nowhere.
    const text = cause instanceof Error ? cause.message : String(cause)
    const problem = text.replace(/ imported from \S*load\.js$/, '')
    const isUnknown = (cause as { code?: unknown } | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    const remedy = isUnknown ? '; compile it to JavaScript and pass the URL of that' : ''
    throw new DefinitionError(`can't load the computation of ${url}: ${problem}${remedy}`, {
      cause,
    })
  }
}
