/** Script of the web worker behind `connectWorker`. Does nothing but connect; see service.ts. */

import { expose } from 'comlink'
import { createApiService } from './service.js'

expose(createApiService())
