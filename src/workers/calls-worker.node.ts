/** Script of the worker thread behind `connectWorker`. Does nothing but connect. */

import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { createApiService } from '../worker/service.js'

if (parentPort === null) throw new Error('calls are served by a worker thread: start this as one')
expose(createApiService(), nodeEndpoint(parentPort))
