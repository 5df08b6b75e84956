/** The program's entry where a script tag has loaded the package as a global. */

import type * as everything from '../../dist/browser/ticktickclock.module.js'
import { app } from './app.js'

declare const ticktickclock: typeof everything

const { bsp, worker } = ticktickclock
app({ ...ticktickclock, ...bsp, ...worker }).then(show, (error) => show({ error: String(error) }))

function show(report: object): void {
  document.documentElement.dataset.report = JSON.stringify(report)
}
