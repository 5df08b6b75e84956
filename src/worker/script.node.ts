/** Script of the worker thread behind `connectWorker`. Does nothing but connect; see service.ts. */

import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { createApiService } from './service.js'

if (parentPort === null) throw new Error('script.node.js runs only as a worker thread')
expose(createApiService(), nodeEndpoint(parentPort))
