/**
 * The browser entry: the same names as index.ts; platform code is resolved by the package's
 * `imports` map under the `browser` condition.
 *
 * @packageDocumentation
 */

export * from './index.js'
