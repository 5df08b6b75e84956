/**
 * Under `npm run test:coverage` every test file ends with this: its process writes what it counted,
 * since vitest ends it by a signal, at which Node writes nothing.
 */

import { takeCoverage } from 'node:v8'
import { afterAll } from 'vitest'

afterAll(() => takeCoverage())
