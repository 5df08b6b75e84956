/** Script of a pool's web worker. Does nothing but connect; see service.ts. */

import { expose } from 'comlink'
import { createPoolService } from './service.js'

expose(createPoolService())
