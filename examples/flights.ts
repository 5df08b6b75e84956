/**
 * The second job of `npm start`: sorts three million flights by delay and by time, converts their
 * times, on every device of this machine; checks each answer against V8's own before a time is
 * shown. Uses the public API only.
 */

import { argsort, convertTimestamps, sort } from 'ticktickclock'
import { CREDIT, type Flights, readFlights } from './support/flights.js'
import { openDevices } from './support/measure.js'
import { type Result, race, SAMPLE, type Work } from './support/race.js'
import { createTable, formatMs, formatRatio } from './support/table.js'

/** Seconds between 1900, where NTP begins, and 1970. */
const NTP_EPOCH_S = 2_208_988_800n

const flights = await readFlights()
const { devices, missing, close } = await openDevices()
try {
  await printDelays(flights)
  const results = new Map<string, Result[]>()
  for (const [work, values] of works(flights)) {
    results.set(work.title, await race(work, values, devices))
  }
  console.log('\nFour jobs, each done by V8 itself and by every device, in milliseconds:\n')
  printResults(results)
  printFastest(results)
  for (const reason of missing) console.log(`\n${reason}.`)
  printLegend()
} finally {
  await close()
}

/** What is done, and with which column. */
function works({ delays, times }: Flights): [Work, BigInt64Array][] {
  const sorting = {
    ownName: "V8's own sort",
    own: (values: BigInt64Array) => values.slice().sort(),
    onDevice: sort,
  } satisfies Omit<Work, 'title'>
  return [
    [{ title: 'sort by delay', ...sorting }, delays],
    [{ title: 'sort by time', ...sorting }, times],
    [
      {
        title: 'times to NTP',
        ownName: 'a plain BigInt loop',
        own: toNtp,
        onDevice: (values, options) =>
          convertTimestamps(values, { from: 'unix-us', to: 'ntp', ...options }),
      },
      times,
    ],
    [
      {
        title: 'times to ISO 8601',
        ownName: 'toISOString',
        own: (values) => Array.from(values, (micros) => dateOf(micros).toISOString()),
        async onDevice(values, options) {
          const text = { to: 'iso8601', digits: 3, layout: 'rows', ...options } as const
          return (await convertTimestamps(values, { from: 'unix-us', ...text })).bytes
        },
      },
      times,
    ],
  ]
}

function dateOf(micros: bigint): Date {
  return new Date(Number(micros / 1000n))
}

/** As one would write it: seconds in the upper half, 2^-32 s in the lower, rounded up. */
function toNtp(micros: BigInt64Array): BigUint64Array {
  const stamps = new BigUint64Array(micros.length)
  for (let i = 0; i < micros.length; i++) {
    const seconds = micros[i] / 1_000_000n
    const fraction = (((micros[i] % 1_000_000n) << 32n) + 999_999n) / 1_000_000n
    stamps[i] = ((seconds + NTP_EPOCH_S) << 32n) + fraction
  }
  return stamps
}

async function printDelays({ times, delays, origins, destinations }: Flights): Promise<void> {
  const order = await argsort(delays, { descending: true })
  const count = order.length
  const day = (micros: bigint) => dateOf(micros).toISOString().slice(0, 10)
  const [first, last] = firstAndLast(times).map(day)
  const delayAt = (place: number) => delays[order[Math.floor(count * place)]]
  const late = order.findIndex((row) => delays[row] < 15n)
  const share = ((100 * late) / count).toFixed(1)
  console.log(
    `${count.toLocaleString('en-US')} flights within the United States, ${first} to ${last}.\n` +
      `The median flight arrived ${minutes(delayAt(0.5))}, ${share}% were 15 minutes late or ` +
      `more, one in a\nhundred ${delayAt(0.01)} or more. The five most delayed:\n`,
  )
  const table = createTable(['date', 'from', 'to', 'minutes late'], 'lllr')
  for (const row of order.subarray(0, 5)) {
    table.push([day(times[row]), origins[row], destinations[row], String(delays[row])])
  }
  console.log(table.toString().replace(/ +$/gm, ''))
}

function firstAndLast(times: BigInt64Array): [bigint, bigint] {
  let [first, last] = [times[0], times[0]]
  for (const time of times) {
    if (time < first) first = time
    if (time > last) last = time
  }
  return [first, last]
}

function minutes(delay: bigint): string {
  const size = delay < 0n ? -delay : delay
  return `${size} minute${size === 1n ? '' : 's'} ${delay < 0n ? 'early' : 'late'}`
}

function printResults(results: ReadonlyMap<string, Result[]>): void {
  const table = createTable(
    ['', 'flights', 'upload', 'compute', 'read back', 'total', 'speed-up'],
    'lrrrrrr',
  )
  for (const [title, lines] of results) {
    table.push([title, '', '', '', '', '', ''])
    for (const { label, count, timings, totalMs, speedUp } of lines) {
      const phases =
        timings === undefined
          ? ['', '', '']
          : [timings.uploadMs, timings.prepareMs + timings.computeMs, timings.readMs].map(formatMs)
      table.push([
        `  ${label}`,
        count.toLocaleString('en-US'),
        ...phases,
        formatMs(totalMs),
        timings === undefined ? '' : `${formatRatio(speedUp)}×`,
      ])
    }
  }
  console.log(table.toString().replace(/ +$/gm, ''))
}

/** The line that most readers look for. */
function printFastest(results: ReadonlyMap<string, Result[]>): void {
  console.log('\nThe fastest device:\n')
  const table = createTable([], 'lll')
  for (const [title, [own, ...lines]] of results) {
    const best = lines.reduce((a, b) => (b.speedUp > a.speedUp ? b : a))
    table.push([title, `${formatRatio(best.speedUp)}× as fast as ${own.label}`, best.label])
  }
  console.log(table.toString().replace(/ +$/gm, ''))
}

function printLegend(): void {
  console.log(`
speed-up          of the total, ways to the device and back included, over V8 itself with as many
                  flights; long columns of times pass through WASM while it computes, so that
                  copying is part of that
checked           every answer is the same as V8's to the last bit (of text V8 makes strings, the
                  devices bytes)
plain JavaScript  the reference, which is written to be obviously right and not to be fast`)
  const software = devices.find(({ device }) => device.info.software)
  if (software !== undefined) {
    console.log(
      `software GPU      ${software.device.info.name} runs on the processor: no measure of\n` +
        `                  a GPU, so ${SAMPLE.toLocaleString('en-US')} flights are enough for it`,
    )
  }
  console.log(`\n${CREDIT}`)
}
