// The package's PageRank, with faults.
import { defineComputation } from 'ticktickclock/bsp'
import { pagerankProgram } from 'ticktickclock/programs'
import { partsWithFaults } from './fault.mjs'

export default defineComputation(partsWithFaults(pagerankProgram))
