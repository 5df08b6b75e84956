// The one WASM binary: every kernel's exports. One file per kernel; this file only gathers them.
export { heapBase } from './control'
export * from './decimal'
export * from './edge-list'
export * from './id-table'
export * from './pagerank'
export * from './pagerank-prepare'
export * from './text-sort'
export * from './text-table'
