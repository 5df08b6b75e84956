// The package's sample sort, with faults.
import { defineComputation } from 'ticktickclock/bsp'
import { sampleSortProgram } from 'ticktickclock/programs'
import { partsWithFaults } from './fault.mjs'

export default defineComputation(partsWithFaults(sampleSortProgram))
