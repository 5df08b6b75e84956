/** Script of a pool's worker in Node. Does nothing but connect; see service.ts. */

import { servePool } from './serve.node.js'

servePool()
