/** The three places where tests run are what they claim to be: isolation, package, seed. */

import * as ticktickclock from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { count, testSeed } from '../support/seed.js'

const inBrowser = typeof window === 'object'

describe('the place of this run', () => {
  it('is Node, an isolated page or a plain page, and shares memory accordingly', ({ task }) => {
    const place = task.file.projectName ?? ''
    expect(place).toMatch(inBrowser ? /^browser-(isolated|plain)/ : /^node$/)
    const isolated = !place.startsWith('browser-plain')
    expect(typeof SharedArrayBuffer).toBe(isolated ? 'function' : 'undefined')
    if (inBrowser) expect(globalThis.crossOriginIsolated).toBe(isolated)
  })

  it('has the built package under its name', () => {
    expect(ticktickclock).toHaveProperty('Graph')
  })

  it('knows the seed and the size of this run', () => {
    expect(testSeed()).toBeGreaterThanOrEqual(0)
    expect([1000, inBrowser ? 50 : 100]).toContain(count(1000))
    expect(count(3)).toBeGreaterThanOrEqual(1)
  })
})
