/** The sum of 1 to 10,000 on one, two, four and eight processors: the same each time. */

import { run } from 'ticktickclock/bsp'
import type program from './programs/parallel-sum.js'

const module = new URL('./programs/parallel-sum.js', import.meta.url)
const input = Array.from({ length: 10_000 }, (_, i) => i + 1)
for (const processors of [1, 2, 4, 8]) {
  const { result, messages } = await run<typeof program>(module, { input, processors })
  const sum = result.toLocaleString('en-US')
  console.log(`${processors} processors: ${sum}, ${messages} messages`)
}
