// A worker script as a user of a bundler writes it: it brings the computation that it serves.
import { serve } from 'ticktickclock/bsp'
import components from './components.mjs'

serve(components)
