/** Help, version, wrong usage: what a person sees before anything is computed. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, FLIGHTS } from '../support/cli.js'
import { ROOT } from '../support/paths.js'

/** What the issue promises, and nothing else. */
const READ_OPTIONS = [
  ...[
    '--undirected',
    '--directed',
    '--ids',
    '--weights',
    '--no-weights',
    '--header',
    '--source-column',
    '--target-column',
  ],
  ...['--vertices', '--self-loops', '--parallel-edges'],
]

const WRITE_OPTIONS = ['--to', '--vertices-out', '--no-vertices-out', '--quiet']

const PAGERANK_OPTIONS = [
  ...READ_OPTIONS,
  '--format',
  '--damping',
  '--tolerance',
  '--iterations',
  '--max-iterations',
  '--personalize',
  '--preset',
  '--device',
  '--threads',
  '--precision',
  '--top',
  '--json',
  '--csv',
  '--output',
  '--help',
]

const TABLE_OPTIONS = [
  ...['--column', '--header', '--format', '--device', '--threads', '--output', '--json', '--quiet'],
  '--help',
]

const HELP: Record<string, { args: string[]; options: string[] }> = {
  'the program': { args: [], options: ['--version', '--help'] },
  pagerank: { args: ['pagerank'], options: PAGERANK_OPTIONS },
  'graph info': {
    args: ['graph', 'info'],
    options: [...READ_OPTIONS, '--format', '--json', '--help'],
  },
  'graph convert': {
    args: ['graph', 'convert'],
    options: [...READ_OPTIONS, ...WRITE_OPTIONS, '--from', '--help'],
  },
  sort: { args: ['sort'], options: [...TABLE_OPTIONS, '--type', '--descending', '--argsort'] },
  convert: {
    args: ['convert'],
    options: [...TABLE_OPTIONS, '--from', '--to', '--overflow', '--loss', '--digits'],
  },
  'graph-analytics': {
    args: ['graph-analytics'],
    options: [
      ...[...READ_OPTIONS, '--format', '--source'],
      ...['--iterations', '--damping', '--processors', '--transport', '--csv', '--output'],
      '--help',
    ],
  },
  predict: {
    args: ['predict'],
    options: [
      ...['--processors', '--work', '--h', '--supersteps', '--transport', '--profile', '--json'],
      '--help',
    ],
  },
  calibrate: { args: ['calibrate'], options: ['--profile', '--webgpu', '--json', '--help'] },
  doctor: { args: ['doctor'], options: ['--json', '--help'] },
}

/** Options in the list of a help text, in order. */
function listedOptions(help: string): string[] {
  return [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name)
}

describe('help', () => {
  for (const [name, { args, options }] of Object.entries(HELP)) {
    it(`of ${name} lists its options and examples`, async () => {
      const { code, stdout, stderr } = await cli([...args, '--help'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(listedOptions(stdout).sort()).toEqual([...options].sort())
      expect(stdout).toContain('Examples:\n  ticktickclock ')
      expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    })
  }

  it.each(['pagerank', 'graph-analytics', 'sort', 'convert', 'predict', 'calibrate'])(
    'of %s stands in docs/cli.md',
    async (command) => {
      const { stdout } = await cli([command, '--help'])
      const options = stdout.slice(stdout.indexOf('Options:'), stdout.indexOf('\nExamples:'))
      expect(readFileSync(join(ROOT, 'docs/cli.md'), 'utf8')).toContain(options)
    },
  )

  it('is what `help COMMAND` prints, too', async () => {
    const [long, short] = await Promise.all([
      cli(['pagerank', '--help']),
      cli(['help', 'pagerank']),
    ])
    expect(short).toMatchObject({ code: 0, stdout: long.stdout, stderr: '' })
  })

  it('of the version is the package version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const { code, stdout, stderr } = await cli(['--version'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

const WRONG: [args: string[], message: RegExp][] = [
  [['pagerank'], /missing required argument 'file'; see ticktickclock pagerank --help/],
  [['pagerank', FLIGHTS, 'more'], /too many arguments/],
  [
    ['pagerank', FLIGHTS, '--dampin', '1'],
    /unknown option '--dampin' \(Did you mean --damping\?\)/,
  ],
  [['pagernk', FLIGHTS], /unknown command 'pagernk' \(Did you mean pagerank\?\)/],
  [['pagerank', FLIGHTS, '--damping', '1'], /'--damping <d>' argument '1' is invalid/],
  [['pagerank', FLIGHTS, '--damping', '-0.1'], /'--damping <d>'.*from 0 on, below 1/],
  [['pagerank', FLIGHTS, '--damping', 'NaN'], /'--damping <d>'/],
  [['pagerank', FLIGHTS, '--damping', ''], /'--damping <d>'/],
  [['pagerank', FLIGHTS, '--tolerance', '-1'], /'--tolerance <t>'.*from 0 on/],
  [['pagerank', FLIGHTS, '--tolerance', '1e999'], /'--tolerance <t>'/],
  [['pagerank', FLIGHTS, '--iterations', '0'], /'--iterations <n>'.*whole number from 1/],
  [['pagerank', FLIGHTS, '--iterations', '1.5'], /'--iterations <n>'/],
  [['pagerank', FLIGHTS, '--max-iterations', 'x'], /'--max-iterations <n>'/],
  [['pagerank', FLIGHTS, '--iterations', '5', '--max-iterations', '9'], /cannot be used with/],
  [['pagerank', FLIGHTS, '--threads', '0'], /'--threads <n>'.*from 1 to 256/],
  [
    ['pagerank', FLIGHTS, '--threads', '2', '--device', 'reference'],
    /'--threads <n>' is for device/,
  ],
  [['pagerank', FLIGHTS, '--top', '-3'], /'--top <k>'/],
  [['pagerank', FLIGHTS, '--device', 'cuda'], /'--device <kind>'.*reference, wasm, webgpu/],
  [['pagerank', FLIGHTS, '--precision', 'f16'], /'--precision <p>'.*f64, f32/],
  [['pagerank', FLIGHTS, '--preset', 'neo'], /'--preset <name>'.*networkx/],
  [['pagerank', FLIGHTS, '--ids', 'uuid'], /'--ids <kind>'/],
  [['pagerank', FLIGHTS, '--header', 'maybe'], /'--header <when>'/],
  [['pagerank', FLIGHTS, '--weights', '2'], /'--weights <column>'.*from 3/],
  [['pagerank', FLIGHTS, '--weights', 'count', '--header', 'no'], /'--weights <column>'.*header/],
  [['pagerank', FLIGHTS, '--personalize', 'ATL'], /'--personalize <weights>'.*got "ATL"/],
  [['pagerank', FLIGHTS, '--personalize', 'ATL=-1'], /'--personalize <weights>'/],
  [['pagerank', FLIGHTS, '--personalize', 'ATL=0'], /at least one weight above 0/],
  [['pagerank', FLIGHTS, '--json', '--csv'], /cannot be used with/],
  [['pagerank', FLIGHTS, '--csv', '--top', '3'], /'--csv' cannot be used with option '--top <k>'/],
  [['pagerank', FLIGHTS, '--output', FLIGHTS], /'--output <file>' names the input/],
  [['pagerank', FLIGHTS, '--output', ''], /'--output <file>'.*path/],
  [['graph', 'info', FLIGHTS, '--csv'], /unknown option '--csv'; see ticktickclock graph info/],
  [['sort', FLIGHTS, 'more'], /too many arguments/],
  [['sort', FLIGHTS, '--type', 'text'], /'--type <type>'.*u32, i32, f32, f64, u64, i64/],
  [['sort', FLIGHTS, '--column', '0'], /'--column <column>'.*counted from 1/],
  [['sort', FLIGHTS, '--column', ''], /'--column <column>'/],
  [['sort', FLIGHTS, '--format', 'xlsx'], /'--format <format>'.*csv, tsv, npy, parquet/],
  [['sort', FLIGHTS, '--json'], /'--json' needs '--output <file>'/],
  [['sort', FLIGHTS, '--output', FLIGHTS], /'--output <file>' names the input/],
  [['sort', FLIGHTS, '--output', 'out.csv.gz'], /leave out \.gz/],
  [['sort', FLIGHTS, '--threads', '2', '--device', 'webgpu'], /'--threads <n>' is for device/],
  [['convert', FLIGHTS, '--from', 'ntp'], /required option '--to <format>'/],
  [['convert', FLIGHTS, '--to', 'gps'], /'--to <format>'.*iso8601, unix-s/],
  [['convert', FLIGHTS, '--to', 'ntp', '--loss', 'keep'], /'--loss <policy>'.*floor, round, error/],
  [['convert', FLIGHTS, '--to', 'iso8601', '--digits', '10'], /'--digits <n>'.*from 0 to 9/],
  [['convert', FLIGHTS, '--to', 'ntp', '--digits', '3'], /'--digits <n>' is for --to iso8601/],
  [['doctor', 'now'], /too many arguments/],
]

describe('wrong usage', () => {
  it.concurrent.each(
    WRONG.map(
      ([args, message]) => [args.join(' ').replace(FLIGHTS, 'FILE'), args, message] as const,
    ),
  )('%s: one line, exit 2, nothing on stdout', async (_, args, message) => {
    const { code, stdout, stderr } = await cli(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^ticktickclock: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })

  it('without a command prints the help on stderr', async () => {
    const { code, stdout, stderr } = await cli([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Commands:')
  })
})

describe('errors', () => {
  it('are one line without a stack', async () => {
    const { code, stdout, stderr } = await cli(['pagerank', 'no-such-file.txt'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe('ticktickclock: no-such-file.txt: no such file\n')
  })

  it('have a stack with TICKTICKCLOCK_DEBUG=1', async () => {
    const env = { TICKTICKCLOCK_DEBUG: '1' }
    const { code, stderr } = await cli(['pagerank', 'no-such-file.txt'], { env })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ticktickclock: .*\n.*Error: .*\n {4}at /)
  })

  it('name the environment variable', async () => {
    const env = { TICKTICKCLOCK_DEVICE: 'abacus' }
    const { code, stdout, stderr } = await cli(['pagerank', FLIGHTS], { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('environment variable TICKTICKCLOCK_DEVICE')
  })

  it('say which id is unknown', async () => {
    const { code, stderr } = await cli(['pagerank', FLIGHTS, '--personalize', 'ATL=1,XXX=2'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ticktickclock: --personalize names "XXX", which is no vertex of .*\n$/)
  })
})
