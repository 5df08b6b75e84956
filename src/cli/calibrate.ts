/**
 * `ticktickclock calibrate`: measures transports and devices of this machine, and stores the
 * profile that predictions and `device: 'auto'` use from then on.
 */

import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { Command } from 'commander'
import type { CostProfile, DeviceFigures, TransportFigures } from '../profile.js'
import { storedProfilePath } from '../stored-profile.node.js'
import { epochMs, monotonicMs } from '../time/system.js'
import type { TransportKind } from '../transport/transport.js'
import { EXIT } from './exit.js'
import { alignColumns, formatSmall, plural } from './format.js'
import { parsed, path } from './options.js'
import { openOutput } from './output.js'
import { openProgress, type ProgressBar } from './progress.js'
import type { Session } from './session.js'

interface Options {
  profile?: string
  webgpu?: true
  json?: true
}

const EXAMPLES = `
Examples:
  ticktickclock calibrate
  ticktickclock calibrate --profile build/profile.json
  ticktickclock calibrate --webgpu --json

Takes about ten seconds, in which the machine should have nothing else to do. Without --profile the
profile is stored where TICKTICKCLOCK_PROFILE says, or for this user: in $XDG_CONFIG_HOME or
~/.config (Windows: %APPDATA%), as ticktickclock/profile.json.`

const TRANSPORTS: readonly TransportKind[] = ['inline', 'threads', 'transfer']

/** The command, ready for the program. */
export function calibrateCommand(session: Session, end: (code: number) => void): Command {
  return new Command('calibrate')
    .summary('measure this machine for predictions')
    .description('Measures transports and devices, and stores the profile of this machine.')
    .addOption(parsed('--profile <file>', 'where to store the profile', path))
    .option('--webgpu', 'measure the GPU, too')
    .option('--json', 'print the profile as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      await calibrate(options, session)
      end(EXIT.ok)
    })
}

async function calibrate({ profile: given, webgpu, json }: Options, session: Session) {
  const named = given ?? (process.env.TICKTICKCLOCK_PROFILE || undefined)
  const place = named ?? storedProfilePath()
  if (named === undefined) await mkdir(dirname(place), { recursive: true })
  // Whether it can be written shows before the work begins.
  const file = await openOutput(place)
  const profile = await measure(webgpu === true, session)
  const text = `${JSON.stringify(profile, undefined, 2)}\n`
  await file.fill(session.signal, (sink) => sink.write(text))
  const output = await openOutput(undefined)
  await output.fill(session.signal, (sink) => sink.write(json ? text : textOf(profile)))
  for (const doubt of doubtsAbout(profile)) session.say(doubt)
  session.say(`stored in ${place}`)
}

/** Waiting workers poll for about as long before they sleep; who meets in time, meets sooner. */
const POLLING_MS = 0.02

/** What looks as if the machine had been busy. */
export function doubtsAbout({ transports, origin }: CostProfile): string[] {
  const shared = (transports.threads ?? []).filter(
    ({ processors, workers, l }) =>
      processors === workers && workers > 1 && workers <= origin.hardwareThreads && l >= POLLING_MS,
  )
  return shared.map(
    ({ workers, l }) =>
      `${workers} workers took ${formatSmall(l * 1000)} µs to meet, as if they had to share a ` +
      'processor: was the machine busy? Then calibrate again',
  )
}

async function measure(webgpu: boolean, { signal }: Session): Promise<CostProfile> {
  const bar = openProgress()
  try {
    const transports = await measureTransports(signal, bar)
    return {
      format: 'ticktickclock-profile',
      version: 1,
      origin: {
        runtime: `Node ${process.versions.node}`,
        platform: `${process.platform} ${process.arch}`,
        hardwareThreads: availableParallelism(),
        date: new Date(epochMs()).toISOString().slice(0, 10),
      },
      transports,
      devices: await measureDevices(webgpu, signal, bar),
    }
  } finally {
    bar.clear()
  }
}

/** Powers of two up to the processors of the host, and 4 in any case. */
function processorCounts(): number[] {
  const most = Math.max(4, availableParallelism())
  const counts = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i)
  return [...new Set([...counts, most])]
}

async function measureTransports(
  signal: AbortSignal,
  bar: ProgressBar,
): Promise<CostProfile['transports']> {
  const { calibrateTransport } = await import('../bsp/calibrate.js')
  const counts = processorCounts()
  const transports: CostProfile['transports'] = {}
  for (const [i, transport] of TRANSPORTS.entries()) {
    const table: TransportFigures[] = []
    for (const [j, processors] of counts.entries()) {
      const fraction = (i + j / counts.length) / TRANSPORTS.length / 2
      const what = `${transport}, ${plural(processors, 'processor')}`
      bar.show({ phase: 'calibrating', what, fraction })
      const measured = await calibrateTransport({ transport, processors, signal })
      const { workers, g, l, r2, residual, count } = measured
      table.push({ processors, workers, g, l, r2, residual, count })
    }
    transports[transport] = table
  }
  return transports
}

async function measureDevices(
  webgpu: boolean,
  signal: AbortSignal,
  bar: ProgressBar,
): Promise<DeviceFigures[]> {
  const { calibrateDevices } = await import('../kernels/calibrate.js')
  const { whyNoWasm } = await import('../wasm.js')
  const kinds: DeviceFigures['kind'][] = ['reference']
  if (whyNoWasm() === undefined) kinds.push('wasm')
  if (webgpu) kinds.push('webgpu')
  let done = 0
  return calibrateDevices({
    ...{ kinds, nowMs: monotonicMs, signal },
    onStart: (kind, kernel) => {
      const fraction = 0.5 + done++ / (12 * kinds.length)
      bar.show({ phase: 'calibrating', what: `${kernel} on ${kind}`, fraction })
    },
  })
}

function textOf({ transports, devices }: CostProfile): string {
  const fits = TRANSPORTS.flatMap((transport) =>
    (transports[transport] ?? []).map(({ processors, workers, g, l, r2 }) => [
      transport,
      String(processors),
      String(workers),
      formatSmall(g * 1e6),
      formatSmall(l * 1000),
      r2.toFixed(3),
    ]),
  )
  const calls = devices.flatMap(({ name, kernels }) =>
    Object.entries(kernels).map(([kernel, { callMs, itemMs }]) => [
      kernel,
      name,
      formatSmall(callMs),
      formatSmall(itemMs * 1e6),
    ]),
  )
  const head = ['transport', 'p', 'threads', 'g ns/byte', 'l µs', 'r2']
  return [
    ...alignColumns([head, ...fits], 'lrrrrr'),
    '',
    ...alignColumns([['kernel', 'device', 'ms a call', 'ns an item'], ...calls], 'llrr'),
    '',
  ].join('\n')
}
