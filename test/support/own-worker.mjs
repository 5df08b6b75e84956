/** A pool's worker as a user makes one: it knows a job without loading a module. */

import { servePool } from '../../dist/workers/serve.node.js'

servePool({ double: (_context, /** @type {number} */ argument) => 2 * argument })
