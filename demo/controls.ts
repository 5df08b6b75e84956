/**
 * What people operate: the choice of device, damping, Rank and Stop; and the line that says what
 * is going on.
 */

import { type Choice, NOT_ISOLATED, preferredChoice } from './devices.js'

/** Where the page stands, also in `data-state` of its main element. */
export type State = 'loading' | 'ranking' | 'measuring' | 'ranked' | 'stopped' | 'failed'

/** Waits for the slider to rest before ranking anew. */
const REST_MS = 250

export interface Handlers {
  onRank(): void
  onStop(): void
  onDamping(): void
}

export interface Controls {
  offer(choices: readonly Choice[]): void
  /** The device that is picked; undefined before `offer`. */
  choice(): Choice | undefined
  damping(): number
  /** `status` is announced to screen readers; without it the last one stays. */
  setState(state: State, status?: string): void
  /** A problem, in words; undefined when there is none. */
  setError(message: string | undefined): void
}

/** The element with this id, of this class. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id)
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`)
  return element
}

export function createControls(handlers: Handlers): Controls {
  const form = byId('controls', HTMLFormElement)
  const stop = byId('stop', HTMLButtonElement)
  const slider = byId('damping', HTMLInputElement)
  const value = byId('damping-value', HTMLOutputElement)
  const error = byId('error', HTMLElement)
  let choices: readonly Choice[] = []

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    handlers.onRank()
  })
  stop.addEventListener('click', () => handlers.onStop())
  let resting: ReturnType<typeof setTimeout> | undefined
  const showValue = () => {
    value.textContent = Number(slider.value).toFixed(2)
  }
  slider.addEventListener('input', () => {
    showValue()
    clearTimeout(resting)
    resting = setTimeout(() => handlers.onDamping(), REST_MS)
  })
  // Some browsers restore a slider on reload.
  showValue()

  return {
    offer(given) {
      const picked = new FormData(form).get('device')
      choices = given
      const still = choices.find(({ id, available }) => id === picked && available)
      offerDevices(choices, still ?? preferredChoice(choices))
    },
    choice() {
      const picked = new FormData(form).get('device')
      return choices.find(({ id }) => id === picked)
    },
    damping: () => Number(slider.value),
    setState(state, status) {
      byId('page', HTMLElement).dataset.state = state
      // Not `disabled`: a button that goes away under the focus takes it along.
      stop.setAttribute('aria-disabled', String(state !== 'ranking' && state !== 'measuring'))
      if (status !== undefined) byId('status', HTMLElement).textContent = status
    },
    setError(message) {
      error.hidden = message === undefined
      error.textContent = message ?? ''
    },
  }
}

function offerDevices(choices: readonly Choice[], picked: Choice): void {
  const lines = choices.map(({ id, label, note, available }) => {
    const line = document.createElement('label')
    line.className = available ? 'device' : 'device missing'
    const radio = document.createElement('input')
    radio.type = 'radio'
    radio.name = 'device'
    radio.value = id
    radio.disabled = !available
    radio.checked = id === picked.id
    const name = document.createElement('span')
    name.textContent = label
    const about = document.createElement('span')
    about.className = 'note'
    about.textContent = note
    line.append(radio, name, about)
    return line
  })
  byId('devices', HTMLElement).replaceChildren(...lines)
  const isolation = byId('isolation', HTMLElement)
  isolation.hidden = globalThis.crossOriginIsolated
  isolation.textContent = globalThis.crossOriginIsolated ? '' : NOT_ISOLATED
}
