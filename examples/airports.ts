/** Placeholder of the main job: prints the version. Run by `npm start`. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const manifest = fileURLToPath(import.meta.resolve('ticktickclock/package.json'))
console.log(`ticktickclock ${JSON.parse(readFileSync(manifest, 'utf8')).version}`)
