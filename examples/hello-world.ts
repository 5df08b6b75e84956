/** The smallest program: three processors on threads, each greets the next. */

import { run } from 'ticktickclock/bsp'
import type program from './programs/hello-world.js'

const module = new URL('./programs/hello-world.js', import.meta.url)
const { result, supersteps, workers } = await run<typeof program>(module, {
  input: 'world',
  processors: 3,
})
for (const line of result) console.log(line)
console.log(`${supersteps} supersteps on ${workers} threads`)
