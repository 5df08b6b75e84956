/** The messages in docs/troubleshooting.md are those that the package has. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/paths.js'

/** All strings of the sources in one text: those written in pieces joined, quotes unescaped. */
const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
  .join('\n')
  .replace(/(['"`])\s*\+\s*(['"`])/g, '')
  .replace(/\\(['"`])/g, '$1')

const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
const messages = [...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
  block.trim().split('\n'),
)

it('has some', () => expect(messages.length).toBeGreaterThan(15))

it.each(messages)('%s', (message) => {
  // Between what differs, and where one string of the sources may end.
  const parts = message.split(/…|[,;:()]/).map((part) => part.trim())
  const long = parts.filter((part) => part.length > 2)
  expect(long.length).toBeGreaterThan(0)
  expect(long.filter((part) => !sources.includes(part))).toEqual([])
})
