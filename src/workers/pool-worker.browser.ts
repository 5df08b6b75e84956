/** Script of a pool's web worker. Does nothing but connect; see service.ts. */

import { servePool } from './serve.browser.js'

servePool()
