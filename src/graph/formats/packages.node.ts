/**
 * Loads the packages that read tables, in Node. Twin of packages.browser.ts; resolved by
 * `#packages`.
 */

import { NotSupportedError } from '../../errors.js'
import type { ArrowPackage, PackageLoader } from './packages.js'

const PARQUET = 'hyparquet hyparquet-compressors'

export const loadParquet: PackageLoader['loadParquet'] = async (purpose) => {
  const [{ parquetMetadataAsync, parquetRead }, { parquetHeader }] = await load(
    () => Promise.all([import('hyparquet'), import('hyparquet/src/column.js')]),
    `${purpose} Parquet`,
    PARQUET,
  )
  return {
    ...{ parquetMetadataAsync, parquetRead, parquetHeader },
    async compressors(of) {
      return (await load(() => import('hyparquet-compressors'), of, PARQUET)).compressors
    },
  }
}

export const loadArrow: PackageLoader['loadArrow'] = async (purpose) => {
  const loaded: unknown = await load(
    () => import('apache-arrow'),
    `${purpose} Arrow`,
    'apache-arrow',
  )
  return loaded as ArrowPackage
}

async function load<T>(module: () => Promise<T>, purpose: string, packages: string): Promise<T> {
  try {
    return await module()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new NotSupportedError(
      `${purpose} needs packages that are not installed: npm install ${packages}`,
      { cause },
    )
  }
}
