/** Script of the web worker behind `connectWorker`. Does nothing but connect. */

import { expose } from 'comlink'
import { createApiService } from '../worker/service.js'
import { holdLifeLock } from './life-lock.browser.js'

if (typeof document !== 'undefined') {
  throw new Error('calls are served by a web worker: start this as one')
}
expose(createApiService(holdLifeLock()))
