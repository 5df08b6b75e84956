/**
 * `ticktickclock doctor`: what this machine can compute on, and what to install for the rest.
 */

import { Command } from 'commander'
import type { DoctorReport } from '../devices/doctor.js'
import { EXIT } from './exit.js'
import { alignColumns, formatBytes, plural } from './format.js'
import { openOutput } from './output.js'
import type { Session } from './session.js'

const EXAMPLES = `
Examples:
  ticktickclock doctor
  ticktickclock doctor --json

Exit code 0, also when something is missing.`

/** The command, ready for the program. */
export function doctorCommand(session: Session, end: (code: number) => void): Command {
  return new Command('doctor')
    .summary('say what this machine can compute on')
    .description('Tries every device and says what works, what is missing and what to install.')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: { json?: true }) => {
      const { doctor } = await import('../devices/doctor.js')
      const report = await doctor()
      session.signal.throwIfAborted()
      const output = await openOutput(undefined)
      const text = options.json ? `${JSON.stringify(report, undefined, 2)}\n` : toText(report)
      await output.fill(session.signal, (sink) => sink.write(text))
      end(EXIT.ok)
    })
}

function toText(report: DoctorReport): string {
  const { runtime, wasm, webgpu } = report
  const rows = [
    ['yes', 'plain JavaScript', `Node ${runtime.version}, ${runtime.platform}`],
    wasm.available ? ['yes', 'WASM', 'with SIMD'] : ['no', 'WASM', wasm.why],
    threadsRow(report),
    webgpu.available
      ? [
          'yes',
          'WebGPU',
          `${webgpu.name}, buffers up to ${formatBytes(webgpu.limits.maxBufferBytes)}`,
        ]
      : ['no', 'WebGPU', webgpu.why],
  ]
  const notes: string[] = []
  if (webgpu.available && webgpu.software) {
    notes.push('The GPU is emulated on the processor: right answers, but no measure of a GPU.')
  }
  if (!wasm.available) notes.push(`For WASM: ${wasm.remedy}.`)
  if (!webgpu.available) notes.push(`For WebGPU: ${webgpu.remedy}.`)
  notes.push(
    'Device "auto" takes what the profile of this machine says ends first; see ticktickclock ' +
      'calibrate.',
  )
  return `${alignColumns(rows, 'lll').join('\n')}\n\n${notes.join('\n')}\n`
}

function threadsRow({ processors, wasm }: DoctorReport): string[] {
  if (!wasm.available) return ['no', 'WASM threads', 'they need WASM']
  return wasm.sharedMemory
    ? ['yes', 'WASM threads', `${wasm.threads} on ${plural(processors, 'processor')}`]
    : ['no', 'WASM threads', 'threads cannot share memory here, so there is one']
}
