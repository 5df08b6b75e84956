/** `ticktickclock predict`: what supersteps would take, by the BSP cost model and a profile. */

import { readFile } from 'node:fs/promises'
import { Command, type Option } from 'commander'
import { currentProfile } from '../cost/current.js'
import { predictSuperstepTime } from '../cost/params.js'
import { costParams, type ProfiledParams } from '../cost/profile.js'
import { type CostProfile, parseProfile } from '../profile.js'
import type { TransportKind } from '../transport/transport.js'
import { EXIT, UsageError } from './exit.js'
import { alignColumns, formatMs, formatSmall, plural } from './format.js'
import { choice, decimal, parsed, path, wholeNumber } from './options.js'
import { openOutput } from './output.js'
import type { Session } from './session.js'

interface Options {
  processors: number
  work: number
  h: number
  supersteps?: number
  transport?: TransportKind
  profile?: string
  json?: true
}

const EXAMPLES = `
Examples:
  ticktickclock predict --processors 4 --work 2.5 --h 100000 --supersteps 50
  ticktickclock predict --processors 64 --work 0.2 --h 4096 --transport threads
  ticktickclock predict --processors 2 --work 1 --h 0 --profile profile.json --json

A superstep takes work + h * g + l. g and l are those of the profile: --profile, the file that
TICKTICKCLOCK_PROFILE names, the one that "ticktickclock calibrate" stored, or else a table that
comes with the package, of a machine with 2 cores.`

const positive = decimal('a number from 0 on', (value) => value >= 0)

/** The command, ready for the program. */
export function predictCommand(session: Session, end: (code: number) => void): Command {
  const required = (option: Option) => option.makeOptionMandatory()
  return new Command('predict')
    .summary('say what supersteps would take')
    .description('Predicts the time of supersteps by the BSP cost model, from a profile.')
    .addOption(required(parsed('--processors <n>', 'processors', wholeNumber(1, 2 ** 20))))
    .addOption(
      required(parsed('--work <ms>', 'w: computing of the slowest one in a superstep', positive)),
    )
    .addOption(
      required(
        parsed('--h <bytes>', 'h: the most that one sends or receives in a superstep', positive),
      ),
    )
    .addOption(
      parsed(
        '--supersteps <n>',
        'supersteps (default: 1)',
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      choice('--transport <kind>', 'how they are connected (default: threads)', [
        'inline',
        'threads',
        'transfer',
      ]),
    )
    .addOption(parsed('--profile <file>', 'profile to use', path))
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      const text = await predict(options)
      const output = await openOutput(undefined)
      await output.fill(session.signal, (sink) => sink.write(text))
      end(EXIT.ok)
    })
}

interface Prediction {
  processors: number
  transport: TransportKind
  supersteps: number
  /** Milliseconds of all supersteps. */
  workMs: number
  communicateMs: number
  barrierMs: number
  predictedMs: number
  params: ProfiledParams
  profile: string
}

async function predict(options: Options): Promise<string> {
  const { processors, work, h, supersteps = 1, transport = 'threads', json } = options
  const { profile, source } = await profileOf(options.profile)
  const params = paramsOf(profile, transport, processors)
  const { g, l } = params
  const one = predictSuperstepTime({ work, hRelation: h, params })
  const prediction: Prediction = {
    ...{ processors, transport, supersteps, workMs: supersteps * work },
    ...{ communicateMs: supersteps * h * g, barrierMs: supersteps * l },
    ...{ predictedMs: supersteps * one, params, profile: source },
  }
  return json ? `${JSON.stringify(prediction, undefined, 2)}\n` : textOf(prediction)
}

async function profileOf(path: string | undefined) {
  if (path === undefined) return currentProfile()
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new UsageError(`option '--profile <file>': ${path} can't be read (${cause.code})`, {
      cause,
    })
  })
  return { profile: parseProfile(text), source: `the profile ${path}` }
}

function paramsOf(profile: CostProfile, transport: TransportKind, processors: number) {
  try {
    return costParams({ profile, transport, processors })
  } catch (cause) {
    throw new UsageError(`option '--transport <kind>': ${(cause as Error).message}`, { cause })
  }
}

function textOf(prediction: Prediction): string {
  const { processors, transport, supersteps, predictedMs, params, profile } = prediction
  const part = (name: string, ms: number) => [
    name,
    formatMs(ms),
    predictedMs === 0 ? '' : `${Math.round((100 * ms) / predictedMs)} %`,
  ]
  const rows = [
    part('compute', prediction.workMs),
    part('communicate', prediction.communicateMs),
    part('barrier', prediction.barrierMs),
  ]
  const count = plural(processors, 'processor')
  return [
    `${plural(supersteps, 'superstep')} of ${count} on ${transport}: ${formatMs(predictedMs)}`,
    '',
    ...alignColumns(rows, 'lrr'),
    '',
    `g ${formatSmall(params.g * 1e6)} ns a byte, l ${formatSmall(params.l * 1000)} µs: ` +
      `${params.basis}, ${params.says}`,
    `from ${profile}`,
    '',
  ].join('\n')
}
