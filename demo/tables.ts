/**
 * The page's words and figures: the top ten, the last run, the devices tried. Also what screen
 * readers get instead of the map.
 */

import type { RankedVertex } from 'ticktickclock'
import type { Airport } from './data.js'
import type { Choice } from './devices.js'
import type { Measurement } from './session.js'

/** The best airports; `onPoint` hears of the row under the pointer. */
export function fillTop(
  table: HTMLTableElement,
  top: readonly RankedVertex[],
  airports: ReadonlyMap<string, Airport>,
  onPoint: (code: string | undefined) => void,
): void {
  const body = table.tBodies[0]
  while (body.rows.length < top.length) addTopRow(body, onPoint)
  top.forEach(({ id, value }, index) => {
    const row = body.rows[index]
    const airport = airports.get(String(id))
    row.dataset.code = String(id)
    const [number, name, place, rank] = row.cells
    number.textContent = String(index + 1)
    name.replaceChildren(span('code', String(id)), ` ${airport?.name ?? ''}`)
    place.textContent = airport?.place ?? ''
    rank.textContent = value.toFixed(4)
  })
}

function addTopRow(
  body: HTMLTableSectionElement,
  onPoint: (code: string | undefined) => void,
): void {
  const row = body.insertRow()
  for (const className of ['number', '', 'place', 'number']) row.insertCell().className = className
  row.addEventListener('pointerenter', () => onPoint(row.dataset.code))
  row.addEventListener('pointerleave', () => onPoint(undefined))
}

/** What ran, how exact it is and where its time went. */
export function fillRun(list: HTMLElement, measurement: Measurement, damping: number): void {
  const { result, timings, callCount } = measurement
  const { device, iterations, converged, errorBound, residual } = result
  const facts: [string, string][] = [
    ['Device', device.name],
    ['Damping', damping.toFixed(2)],
    ['Iterations', `${iterations}${converged ? '' : ', not converged'}`],
    ['Last change', residual.toExponential(1)],
    ['Error at most', errorBound.toExponential(1)],
    ['Upload', formatMs(timings.uploadMs)],
    ['Prepare', formatMs(timings.prepareMs)],
    ['Compute', formatMs(timings.computeMs)],
    ['Read back', formatMs(timings.readMs)],
    ['Measured', callCount === 1 ? 'one call' : `median of ${callCount} calls`],
  ]
  list.replaceChildren(
    ...facts.flatMap(([name, value]) => {
      const term = document.createElement('dt')
      const description = document.createElement('dd')
      term.textContent = name
      description.textContent = value
      return [term, description]
    }),
  )
}

/** One row a device, filled for those that were tried. */
export function fillComparison(
  table: HTMLTableElement,
  choices: readonly Choice[],
  measurements: ReadonlyMap<Choice['id'], Measurement>,
): void {
  const body = table.tBodies[0]
  body.replaceChildren()
  for (const choice of choices) {
    const row = body.insertRow()
    row.dataset.device = choice.id
    const head = document.createElement('th')
    head.scope = 'row'
    const { software } = measurements.get(choice.id)?.result.device ?? { software: false }
    head.textContent = `${choice.label}${software ? ' (software)' : ''}`
    row.append(head)
    const [answer, compute, total] = ['', 'number', 'number'].map((className) => {
      const cell = row.insertCell()
      cell.className = className
      return cell
    })
    const measurement = measurements.get(choice.id)
    if (measurement === undefined) {
      answer.textContent = choice.available ? 'not tried yet' : 'not available here'
      continue
    }
    const agrees = measurement.distance <= measurement.allowed
    answer.append(agreement(choice, measurement, agrees))
    // A wrong answer has no speed.
    if (!agrees) continue
    compute.textContent = formatMs(measurement.timings.computeMs)
    total.textContent = formatMs(measurement.totalMs)
  }
}

function agreement(
  { id }: Choice,
  { distance, allowed }: Measurement,
  agrees: boolean,
): HTMLElement {
  if (id === 'reference') return span('agrees', 'the reference')
  const answer = agrees ? span('agrees', 'agrees') : span('differs', 'differs: please report this')
  const figures = `: ${distance.toExponential(1)} apart, ${allowed.toExponential(1)} allowed`
  answer.append(span('figures', figures))
  return answer
}

export function formatMs(ms: number): string {
  return `${ms < 100 ? ms.toFixed(2) : ms.toFixed(0)} ms`
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement('span')
  element.className = className
  element.textContent = text
  return element
}
