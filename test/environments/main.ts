/** The program's entry where a bundler or Node finds the package; puts the report on the page. */

import { configure, doctor, GraphFormatError, generateUniform, pagerank, sort } from 'ticktickclock'
import { defineComputation, message, run } from 'ticktickclock/bsp'
import { connectWorker } from 'ticktickclock/worker'
import { app } from './app.js'

app({
  ...{ configure, doctor, generateUniform, GraphFormatError, pagerank, sort },
  ...{ defineComputation, message, run, connectWorker },
}).then(show, (error) => show({ error: String(error) }))

function show(report: object): void {
  const text = JSON.stringify(report)
  if (typeof document === 'undefined') console.log(text)
  else document.documentElement.dataset.report = text
}
