/**
 * The whole package for pages without a bundler: scripts/build.mjs makes one file of it and of what
 * it imports, as a module (`dist/browser/ticktickclock.module.js`) and as a classic script with the
 * global `ticktickclock` (`dist/browser/ticktickclock.js`).
 *
 * @packageDocumentation
 */

export * as bsp from '../bsp/index.js'
export * as cost from '../cost/index.js'
export * from '../index.browser.js'
export * as programs from '../programs/index.js'
export * as telemetry from '../telemetry/index.js'
export * as worker from '../worker/index.js'
export * as workflow from '../workflow/index.js'
