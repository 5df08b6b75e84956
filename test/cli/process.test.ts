/**
 * The command as a process: signals, closed pipes, files that appear whole or not at all, a
 * progress bar on terminals only, an end without help.
 */

import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openProgress, progressLine } from '../../dist/cli/progress.js'
import { CLI, cli, FLIGHTS, largeEdgeList, temporaryFolder } from '../support/cli.js'
import { noGpu } from '../support/webgpu.js'

const folder = temporaryFolder()
/** 400,000 edges: an endless run on it is in the middle of something at any time. */
const large = join(folder, 'large.txt')
writeFileSync(large, largeEdgeList(400_000))

/** An own folder for what a test writes. */
function outputFolder(name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}

const ENDLESS = ['--iterations', '1000000']
const devices = [
  ['reference'],
  ['wasm'],
  ...(noGpu === undefined ? [['webgpu', '--precision', 'f32']] : []),
]

describe('Ctrl-C', () => {
  it.each(devices)('while ranking on %s: exit 130, no file, at once', async (...device) => {
    const to = outputFolder(`interrupted-${device[0]}`)
    const args = ['pagerank', large, ...ENDLESS, '--device', ...device, '--csv']
    let interruptedMs = 0
    const { code, stdout, stderr } = await cli([...args, '--output', join(to, 'ranks.csv')], {
      onStart: (child) =>
        setTimeout(() => {
          interruptedMs = performance.now()
          child.kill('SIGINT')
        }, 2500),
    })
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: '' })
    expect(performance.now() - interruptedMs).toBeLessThan(1500)
    expect(readdirSync(to)).toEqual([])
  })

  it('while reading standard input that never ends', async () => {
    const endless = async function* () {
      for (let i = 0; ; i++) {
        yield Buffer.from(`${i} ${i + 1}\n`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const { code, stdout } = await cli(['pagerank', '-'], {
      input: endless(),
      onStart: (child) => setTimeout(() => child.kill('SIGINT'), 2000),
    })
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  })

  it('while sorting what standard input never ends to bring', async () => {
    const to = outputFolder('sorting')
    const endless = async function* () {
      for (let i = 0; ; i++) {
        yield Buffer.from(`${i}\n`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const { code, stdout, stderr } = await cli(['sort', '--output', join(to, 'sorted.npy')], {
      input: endless(),
      onStart: (child) => setTimeout(() => child.kill('SIGINT'), 2000),
    })
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: '' })
    expect(readdirSync(to)).toEqual([])
  })

  it('while writing a file leaves neither it nor a temporary one', async () => {
    const to = outputFolder('writing')
    const args = ['pagerank', large, '--iterations', '1', '--csv', '--output', join(to, 'r.csv')]
    const { code } = await cli(args, {
      onStart: (child) => {
        const timer = setInterval(() => {
          if (readdirSync(to).length > 0) child.kill('SIGINT')
        }, 1)
        child.on('close', () => clearInterval(timer))
      },
    })
    // A fast machine may have finished before the signal came.
    expect([0, 130]).toContain(code)
    expect(readdirSync(to)).toEqual(code === 0 ? ['r.csv'] : [])
  })

  it('is 143 for SIGTERM', async () => {
    const { code } = await cli(['pagerank', large, ...ENDLESS], {
      onStart: (child) => setTimeout(() => child.kill('SIGTERM'), 2000),
    })
    expect(code).toBe(143)
  })
})

describe('a reader that stops', () => {
  const numbers = join(folder, 'numbers.csv')
  writeFileSync(numbers, Array.from({ length: 400_000 }, (_, i) => `${i}\n`).join(''))
  const toIso = ['--from', 'unix-s', '--to', 'iso8601']
  it.each([
    [['pagerank', large, '--iterations', '1', '--csv'], /^id,rank\n/],
    [['sort', numbers], /^0\n1\n/],
    [['convert', numbers, ...toIso], /^1970-01-01T00:00:00Z\n/],
  ])('ends the command quietly (| head): %s', async (args, beginning) => {
    const child = spawn(process.execPath, [CLI, ...args])
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    const head = await new Promise<string>((resolve) => {
      child.stdout.once('data', (chunk: Buffer) => {
        child.stdout.destroy()
        resolve(chunk.toString('utf8'))
      })
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(head).toMatch(beginning)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  it.each([['--help'], ['pagerank', '--help'], ['nonsense']])(
    'may be gone at once: %s',
    (...args) => {
      const command = [process.execPath, CLI, ...args].map((word) => `"${word}"`).join(' ')
      // `true` reads nothing, so every write fails; what Node says of itself goes to stderr.
      const shell = `exec 3>&1; { ${command} 2>&3 || true; } | true`
      expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' })).not.toMatch(/EPIPE|Unhandled/)
    },
  )

  it('stops early and still gets all when it reads slowly', async () => {
    const command = `"${process.execPath}" "${CLI}" pagerank "${large}" --iterations 1 --csv`
    const shell = `${command} | (sleep 1; wc -l)`
    const lines = Number(execFileSync('sh', ['-c', shell], { encoding: 'utf8' }))
    const { stdout } = await cli(['graph', 'info', large, '--json'])
    expect(lines).toBe(JSON.parse(stdout).result.vertices + 1)
  })
})

describe('--output', () => {
  it('writes what would go to stdout, and nothing there', async () => {
    const to = outputFolder('same')
    for (const format of ['--csv', '--json']) {
      const path = join(to, `ranks${format}`)
      const args = ['pagerank', FLIGHTS, format]
      const [direct, { code, stdout, stderr }] = await Promise.all([
        cli(args),
        cli([...args, '--output', path]),
      ])
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
      const withoutRun = (text: string) => text.replace(/"run"[\s\S]*/, '')
      expect(withoutRun(readFileSync(path, 'utf8'))).toBe(withoutRun(direct.stdout))
    }
    expect(readdirSync(to).sort()).toEqual(['ranks--csv', 'ranks--json'])
  })

  it('replaces a file as a whole, keeps its mode, follows links', async () => {
    const to = outputFolder('replace')
    const target = join(to, 'ranks.csv')
    const link = join(to, 'link.csv')
    writeFileSync(target, 'old')
    chmodSync(target, 0o600)
    symlinkSync('ranks.csv', link)
    const { code } = await cli(['pagerank', FLIGHTS, '--csv', '--output', link])
    expect(code).toBe(0)
    expect(readFileSync(target, 'utf8')).toMatch(/^id,rank\n/)
    expect(statSync(target).mode & 0o777).toBe(0o600)
    expect(readdirSync(to).sort()).toEqual(['link.csv', 'ranks.csv'])
  })

  it('leaves an old file alone when something fails', async () => {
    const to = outputFolder('failed')
    const target = join(to, 'ranks.csv')
    writeFileSync(target, 'old')
    for (const command of [
      ['pagerank', '-'],
      ['sort'],
      ['convert', '--to', 'ntp', '--from', 'ptp'],
    ]) {
      const { code } = await cli([...command, '--output', target], { input: '1\nx\n' })
      expect(code, command[0]).toBe(1)
      expect(readFileSync(target, 'utf8')).toBe('old')
      expect(readdirSync(to)).toEqual(['ranks.csv'])
    }
  })

  it('says before any work where it can not write', async () => {
    const cases: [string, RegExp][] = [
      [join(folder, 'missing', 'ranks.csv'), /no such folder/],
      [folder, /is a folder/],
      [join(large, 'ranks.csv'), /no such folder/],
    ]
    for (const [path, message] of cases) {
      const { code, stdout, stderr } = await cli(['pagerank', large, '--output', path])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^ticktickclock: [^\n]+\n$/)
      expect(stderr).toMatch(message)
    }
  })

  it('writes into /dev/null without replacing it', async () => {
    const { code } = await cli(['pagerank', FLIGHTS, '--output', '/dev/null'])
    expect(code).toBe(0)
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})

describe('every command', () => {
  it.each([
    ['pagerank', FLIGHTS],
    ['pagerank', FLIGHTS, '--device', 'wasm'],
    ...(noGpu === undefined ? [['pagerank', FLIGHTS, '--device', 'webgpu']] : []),
    ['graph', 'info', FLIGHTS],
    ['doctor'],
  ])('%s %s %s %s ends by itself', async (...args) => {
    const { code, elapsedMs } = await cli(args.filter((arg) => arg !== undefined))
    expect(code).toBe(0)
    // An idle pool would hold Node for 5 s if it kept it alive; the rest is a slow machine.
    expect(elapsedMs).toBeLessThan(20_000)
  })
})

const hasScript = existsSync('/usr/bin/script') && process.platform === 'linux'

describe('progress', () => {
  it.skipIf(!hasScript)('is drawn on a terminal and taken away again', () => {
    const options = '--device reference --iterations 40 --csv --output /dev/null'
    const command = `"${process.execPath}" "${CLI}" pagerank "${large}" ${options}`
    const seen = execFileSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      input: '',
    })
    expect(seen).toMatch(/ranking \[#+-*\] *\d+% iteration \d+, residual /)
    expect(seen.endsWith('\r\u001b[2K')).toBe(true)
  })

  it('is not drawn into a pipe', async () => {
    const args = ['pagerank', large, '--device', 'reference', '--iterations', '40', '--top', '1']
    const { stdout, stderr } = await cli(args)
    expect(stderr).toBe('')
    expect(stdout).not.toContain('\u001b')
  })

  it('fits the terminal and says what it knows', () => {
    const reading = { phase: 'reading', bytes: 25e6, totalBytes: 100e6, edges: 1234567 } as const
    expect(progressLine(reading, 80)).toBe(
      'reading [######------------------] 25% 25.0 MB, 1,234,567 edges',
    )
    const unknown = { ...reading, totalBytes: undefined }
    expect(progressLine(unknown, 80)).toBe('reading ... 25.0 MB, 1,234,567 edges')
    const ranking = { phase: 'ranking', iteration: 7, residual: 2.5e-4, fraction: 2 } as const
    expect(progressLine(ranking, 80)).toBe(
      'ranking [########################]100% iteration 7, residual 2.5e-4',
    )
    expect(progressLine(ranking, 20)).toHaveLength(19)
  })

  it('is redrawn ten times a second, and not at all for short work', () => {
    let nowMs = 0
    const written: string[] = []
    const terminal = { isTTY: true, columns: 80, write: (text: string) => written.push(text) }
    const bar = openProgress(terminal, () => nowMs)
    const progress = { phase: 'reading', bytes: 0, edges: 0 } as const
    for (; nowMs < 1000; nowMs++) bar.show(progress)
    expect(written).toHaveLength(8)
    bar.clear()
    bar.clear()
    expect(written.slice(8)).toEqual(['\r\u001b[2K'])
  })
})
