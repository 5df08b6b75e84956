/** Script of a pool's worker in Node. Does nothing but connect; see service.ts. */

import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { createPoolService } from './service.js'

if (parentPort === null) throw new Error('pool-worker.node.js runs only as a worker thread')
expose(createPoolService(), nodeEndpoint(parentPort))
