// A web worker that keeps a checkpoint, as a run in a worker does.
import { indexedDbStore } from '../../dist/bsp/checkpoint/indexed-db-store.js'

await indexedDbStore('worker').save(Uint8Array.of(5, 6), { superstep: 1, isFirst: true })
postMessage('saved')
