/** graphology and the ranks of graphology-metrics, as they are: CommonJS, typed as ES modules. */

import { createRequire } from 'node:module'
import type { default as Graph } from 'graphology'
import type { default as pagerank } from 'graphology-metrics/centrality/pagerank.js'

const load = createRequire(import.meta.url)

/** The class that most programs use: of type mixed, unless told otherwise. */
export const Graphology: typeof Graph.default = load('graphology').Graph

/** Ranks by key of the node. */
export const theirPagerank: typeof pagerank.default = load('graphology-metrics/centrality/pagerank')
