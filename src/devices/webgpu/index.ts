/** The webgpu device's door: what open.ts loads when someone asks for it. */

export { openWebgpu } from './device.js'
