/**
 * A hundred inputs that are no graph, through the command line: one clear line each, exit 1,
 * nothing on stdout. Two processes at a time; the longest inputs come by standard input.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, temporaryFolder } from '../support/cli.js'
import { type MalformedInput, malformedInputs } from '../support/malformed.js'
import { testSeed } from '../support/seed.js'

const folder = temporaryFolder()
const cases = malformedInputs(testSeed())

function run({ name, bytes, stream, args = {} }: MalformedInput) {
  const options = Object.entries(args).flatMap(([key, value]) => [`--${key}`, String(value)])
  if (bytes === undefined) return cli(['pagerank', '-', ...options], { input: stream?.() })
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return cli(['pagerank', path, ...options])
}

describe('malformed inputs', () => {
  it('are a hundred or more', () => expect(cases.length).toBeGreaterThanOrEqual(100))

  const lanes = [0, 1].map((lane) => cases.filter((_, index) => index % 2 === lane))
  it.concurrent.each(lanes.map((lane, index) => [index, lane] as const))(
    'give one clear line each (lane %i)',
    async (_, lane) => {
      for (const input of lane) {
        const { code, stdout, stderr } = await run(input)
        expect({ code, stdout }, input.name).toEqual({ code: 1, stdout: '' })
        expect(stderr, input.name).toMatch(/^ticktickclock: [^\p{Cc}]+\n$/u)
        expect(stderr.replace('(standard input)', input.name), input.name).toMatch(input.expect)
      }
    },
    120_000,
  )
})
