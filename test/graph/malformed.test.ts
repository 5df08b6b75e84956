import { GraphFormatError, readGraph } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { malformedInputs } from '../support/malformed.js'
import { testSeed } from '../support/seed.js'

const cases = malformedInputs(testSeed())

async function messageOf(input: (typeof cases)[number]): Promise<string> {
  const source = input.stream?.() ?? (input.bytes as Uint8Array)
  try {
    await readGraph(source, { name: input.name, ...input.args })
  } catch (error) {
    expect(error).toBeInstanceOf(GraphFormatError)
    return (error as Error).message
  }
  throw new Error(`${input.name} was read without an error`)
}

describe('malformed edge lists', () => {
  it('are a hundred or more', () => expect(cases.length).toBeGreaterThanOrEqual(100))

  for (const input of cases) {
    it(`${input.name} gives one clear line`, async () => {
      const message = await messageOf(input)
      expect(message).toMatch(input.expect)
      expect(message.startsWith(input.name)).toBe(true)
      expect(message).toMatch(/^[^\p{Cc}]{1,400}$/u)
    })
  }
})
