/**
 * The page: joins map, chart, tables and controls with the session that computes. One ranking runs
 * at a time; a new one stops the one before. This thread draws and never computes.
 */

import { type RankedVertex, topVertices } from 'ticktickclock'
import { createChart } from './chart.js'
import { byId, createControls } from './controls.js'
import { type Airport, loadAtlas } from './data.js'
import { type Choice, listChoices } from './devices.js'
import { type AirportMap, createMap } from './map.js'
import { type Measurement, type Ranks, Session, type Step, TOLERANCES } from './session.js'
import { fillComparison, fillRun, fillTop } from './tables.js'

const TOP = 10

const chart = createChart(byId('chart', HTMLElement))
const topTable = byId('top', HTMLTableElement)
const comparison = byId('compare', HTMLTableElement)
const stepLine = byId('step', HTMLElement)
const controls = createControls({
  onRank: () => start(),
  onStop: () => running?.controller.abort(),
  onDamping: () => start(ranks),
})

let map: AirportMap | undefined
let airports: ReadonlyMap<string, Airport> = new Map()
let session: Session | undefined
let choices: readonly Choice[] = []
let ranks: Ranks | undefined
let running: { controller: AbortController; ended: Promise<void> } | undefined
let measured = { damping: Number.NaN, byDevice: new Map<Choice['id'], Measurement>() }

/** Ranks from the beginning, or from where ranks stand; ends the run before. */
function start(from?: Ranks): void {
  const before = running
  const controller = new AbortController()
  before?.controller.abort()
  const ended = (async () => {
    await before?.ended
    if (!controller.signal.aborted) await rank(from, controller.signal)
  })()
  running = { controller, ended }
}

/** One ranking, from loading what is missing to its end, however it ends. Never rejects. */
async function rank(from: Ranks | undefined, signal: AbortSignal): Promise<void> {
  controls.setError(undefined)
  let steps = 0
  try {
    const opened = await load()
    const choice = controls.choice()
    if (choice === undefined) throw new Error('No device is picked.')
    signal.throwIfAborted()
    const damping = controls.damping()
    controls.setState('ranking', `Ranking on ${choice.label} …`)
    chart.start(TOLERANCES[choice.precision])
    const converged = await opened.rankInSteps(choice, damping, from, signal, (step) => {
      steps = step.iteration
      showStep(opened, step)
    })
    controls.setState('measuring')
    const measurement = await opened.measure(choice, damping, signal)
    showMeasurement(choice, measurement, damping)
    const leader = nameOf(topTable.tBodies[0].rows[0]?.dataset.code ?? '')
    const outcome = converged ? `${steps} iterations` : `${steps} iterations, not converged`
    controls.setState('ranked', `${leader} leads. ${choice.label}: ${outcome}.`)
  } catch (error) {
    if (signal.aborted) controls.setState('stopped', `Stopped after ${steps} iterations.`)
    else await fail(error)
  }
}

/** Map and session, whichever are missing: also after a failure. */
async function load(): Promise<Session> {
  if (map === undefined) {
    const atlas = await loadAtlas()
    airports = new Map(atlas.airports.map((airport) => [airport.code, airport]))
    map = createMap(byId('map', HTMLElement), atlas)
  }
  if (session === undefined) {
    controls.setState('loading', 'Reading the flights, and trying what this browser offers …')
    session = await Session.open()
    map.setGraph(session.graph)
    choices = listChoices(session.report)
    controls.offer(choices)
    fillComparison(comparison, choices, measured.byDevice)
    byId('airport-count', HTMLElement).textContent = String(session.graph.vertexCount)
  }
  return session
}

/** Says what went wrong. The next ranking starts with a new worker: this one may be dead. */
async function fail(error: unknown): Promise<void> {
  const broken = session
  session = undefined
  const message = error instanceof Error ? error.message : String(error)
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`
  controls.setError(`This did not work: ${sentence} Press Rank to try again.`)
  controls.setState('failed', 'Not ranked.')
  await broken?.dispose().catch(() => undefined)
}

function showStep({ graph }: Session, step: Step): void {
  ranks = step.ranks
  const top: RankedVertex[] = topVertices(graph, step.ranks, TOP)
  map?.show(
    step.ranks,
    top.map(({ vertex }) => vertex),
  )
  fillTop(topTable, top, airports, (code) => map?.point(code))
  chart.add(step.residual)
  const change = step.residual.toExponential(1)
  stepLine.textContent = `Iteration ${step.iteration}: ranks moved by ${change} in all.`
}

function showMeasurement(choice: Choice, measurement: Measurement, damping: number): void {
  // Times are comparable for one damping only.
  if (measured.damping !== damping) measured = { damping, byDevice: new Map() }
  measured.byDevice.set(choice.id, measurement)
  fillRun(byId('run', HTMLElement), measurement, damping)
  fillComparison(comparison, choices, measured.byDevice)
}

function nameOf(code: string): string {
  const airport = airports.get(code)
  return airport === undefined ? code : `${airport.place.split(',')[0] || airport.name} (${code})`
}

start()
