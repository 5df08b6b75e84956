// The one WASM binary: every kernel's exports. One file per kernel; this file only gathers them.
export { barrier, heapBase } from './control'
export * from './decimal'
export * from './edge-list'
export * from './histogram'
export * from './id-table'
export * from './iso8601'
export * from './iso8601-format'
export * from './pagerank'
export { pagerankPart } from './pagerank-part'
export * from './pagerank-prepare'
export * from './pagerank-pull'
export * from './pagerank-scatter'
export * from './reduce'
export * from './scan'
export * from './sort'
export { sortLocal32, sortLocal64 } from './sort-local'
export * from './sort-narrow'
export * from './sort-order'
export {
  countBuckets32,
  countBuckets64,
  scatterBuckets32,
  scatterBuckets64,
} from './sort-partition'
export * from './sort-select'
export * from './text-sort'
export * from './text-table'
export * from './timestamps'
export * from './timestamps-decode'
export * from './timestamps-encode'
export * from './timestamps-fast'
export * from './timestamps-shift'
export * from './timestamps-text'
