/**
 * Two BSP programs and the functions around them as one workflow: the flight network is read once,
 * ranked and taken apart into what hangs together, and both answers are looked at side by side.
 */

import { topVertices } from 'ticktickclock'
import {
  pagerankModule,
  type pagerankProgram,
  shareGraph,
  wccModule,
  type wccProgram,
} from 'ticktickclock/programs'
import { type ModuleOf, workflow } from 'ticktickclock/workflow'
import { readAirports, readFlights } from './support/airports.js'

const study = workflow('airports', (w) => {
  const flights = w.task('read flights', { run: async () => shareGraph(await readFlights()) })
  const names = w.task('read names', { run: readAirports })
  const ranked = w.bspTask('rank', {
    dependsOn: { graph: flights },
    computation: pagerankModule as ModuleOf<typeof pagerankProgram>,
    processors: 4,
    maxSupersteps: 202,
    input: ({ graph }) => ({ graph }),
  })
  const connected = w.bspTask('connect', {
    dependsOn: { graph: flights },
    computation: wccModule as ModuleOf<typeof wccProgram>,
    processors: 4,
    input: ({ graph }) => ({ graph }),
  })
  const report = w.task('report', {
    dependsOn: { graph: flights, names, ranked, connected },
    run({ graph, names, ranked, connected }) {
      if (!ranked.converged) throw new Error(`no ranks after ${ranked.supersteps} supersteps`)
      const { component } = connected.result.values
      const best = topVertices(graph, ranked.result.ranks, 3).map(({ id, value }) => {
        const peers = component.filter((each) => each === component[graph.indexOf(id)]).length
        return `${id} ${value.toFixed(4)}  ${names.get(String(id))?.city}, one of ${peers}`
      })
      return { best, components: new Set(component).size }
    },
  })
  return { report }
})

console.log(study.toMermaid())
const { outputs, tasks } = await study.run()
for (const { task, startMs, elapsedMs } of tasks) {
  console.log(`${task}: from ${startMs.toFixed(0)} ms on, for ${elapsedMs.toFixed(0)} ms`)
}
console.log(`airports in ${outputs.report.components} component, the highest ranks:`)
for (const line of outputs.report.best) console.log(`  ${line}`)
