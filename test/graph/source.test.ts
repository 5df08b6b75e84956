/** Every kind of source, and how a read ends: abort, failure, progress, no thread held. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import {
  GraphFormatError,
  type GraphSource,
  GraphSourceError,
  generateUniform,
  type ReadProgress,
  readGraph,
} from 'ticktickclock'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsOf } from '../support/naive-graph.js'

const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-'))
afterAll(() => rmSync(folder, { recursive: true }))

const text = '0 1\n1 2\n2 0\n'
const bytes = new TextEncoder().encode(text)
const zipped = new Uint8Array(gzipSync(bytes))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Milliseconds that this process has computed: unlike a clock, the same on a busy machine. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** An edge list of a few megabytes. */
function largeText(): Uint8Array {
  const { offsets, targets, vertexCount } = generateUniform({ vertexCount: 5e4, edgeCount: 6e5 })
  const lines: string[] = []
  for (let v = 0; v < vertexCount; v++) {
    for (let i = offsets[v]; i < offsets[v + 1]; i++) lines.push(`${v}\t${targets[i]}\n`)
  }
  return new TextEncoder().encode(lines.join(''))
}

describe('readGraph from every source', () => {
  const path = file('small.txt', text)
  const sources: [string, () => GraphSource][] = [
    ['a path', () => path],
    ['a file URL', () => pathToFileURL(path)],
    ['a file URL as a string', () => pathToFileURL(path).href],
    ['a data URL', () => `data:text/plain,${encodeURIComponent(text)}`],
    ['bytes', () => bytes],
    ['an ArrayBuffer', () => bytes.slice().buffer],
    ['a Blob', () => new Blob([bytes])],
    ['a Response', () => new Response(bytes)],
    ['a ReadableStream', () => new Blob([bytes]).stream()],
    [
      'an async generator',
      () =>
        (async function* () {
          yield bytes
        })(),
    ],
    ['gzip in a path', () => file('small.txt.gz', zipped)],
    ['gzip without the name', () => file('hidden.txt', zipped)],
    ['gzip in a Blob', () => new Blob([zipped])],
    [
      'gzip in two members',
      () => file('two.gz', Buffer.concat([gzipSync('0 1\n1 2\n'), gzipSync('2 0\n')])),
    ],
  ]
  for (const [what, source] of sources) {
    it(`reads ${what}`, async () => {
      const graph = await readGraph(source())
      expect([...graph.targets]).toEqual([1, 2, 0])
    })
  }

  it('reads a server, and says what it answered instead', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/graph.txt.gz') response.end(zipped)
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      expect((await readGraph(`${base}/graph.txt.gz`)).arcCount).toBe(3)
      expect((await readGraph(new URL(`${base}/graph.txt.gz`))).arcCount).toBe(3)
      const missing = readGraph(`${base}/none.txt`)
      await expect(missing).rejects.toThrow(GraphSourceError)
      await expect(missing).rejects.toThrow(/none.txt: the server answered 404/)
    } finally {
      server.close()
      server.closeAllConnections()
    }
    await expect(readGraph(`${base}/graph.txt.gz`)).rejects.toThrow(/can't be fetched: .*REFUSED/)
  })

  it('says what is wrong with a path', async () => {
    const none = readGraph(join(folder, 'none.txt'))
    await expect(none).rejects.toThrow(/none.txt: no such file/)
    await expect(none).rejects.toThrow(GraphSourceError)
    await expect(readGraph(folder)).rejects.toThrow(/is a folder/)
    await expect(readGraph(file('bad.txt', '1 2\n3\n'))).rejects.toThrow(/bad.txt:2: 1 column/)
  })

  it('refuses what is no source', async () => {
    await expect(readGraph(5 as never)).rejects.toThrow(TypeError)
    const locked = new Blob([bytes]).stream()
    locked.getReader()
    await expect(readGraph(locked)).rejects.toThrow(/locked/)
    const strings = (async function* () {
      yield 'text'
    })()
    await expect(readGraph(strings as never)).rejects.toThrow(/expected Uint8Array chunks/)
  })

  it('hands on the error of a stream, and closes it after its own', async () => {
    const broken = (async function* () {
      yield bytes
      throw new Error('cable cut')
    })()
    const failed = await readGraph(broken, { name: 'far.txt' }).catch((error) => error)
    expect(failed).toBeInstanceOf(GraphSourceError)
    expect(failed.message).toBe('far.txt: broke off while it was read: cable cut')
    expect(failed.cause.message).toBe('cable cut')
    let cancelled: unknown
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1 << 16).fill(55)),
      cancel: (reason) => {
        cancelled = reason
      },
    })
    await expect(readGraph(endless)).rejects.toThrow(/longer than/)
    expect(cancelled).toBeInstanceOf(GraphFormatError)
  })
})

describe('a source that fails while it is read', () => {
  const halves = [zipped.subarray(0, 12), zipped.subarray(12)]
  const failing: [string, () => GraphSource][] = [
    ['a stream', () => brokenStream(bytes)],
    ['gzip in a stream', () => brokenStream(halves[0])],
    ['gzip whose first bytes never come', () => brokenStream(zipped.subarray(0, 1))],
    ['a Response', () => new Response(brokenStream(bytes))],
  ]
  function brokenStream(first: Uint8Array): ReadableStream<Uint8Array> {
    let pulls = 0
    return new ReadableStream({
      pull: (controller) => {
        if (pulls++ === 0) controller.enqueue(first.slice())
        else controller.error('no carrier')
      },
    })
  }

  for (const [what, source] of failing) {
    it(`gives GraphSourceError with name and cause: ${what}`, async () => {
      const error = await readGraph(source(), { name: 'far.txt' }).catch((caught) => caught)
      expect(error).toBeInstanceOf(GraphSourceError)
      expect(error.message).toBe('far.txt: broke off while it was read: "no carrier"')
      expect(error.cause).toBe('no carrier')
    })
  }

  it('gives GraphSourceError when a server hangs up', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write(text)
      setTimeout(() => response.destroy(), 20)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cut.txt`
    try {
      const error = await readGraph(url).catch((caught) => caught)
      expect(error).toBeInstanceOf(GraphSourceError)
      expect(error.message).toMatch(/cut.txt: broke off while it was read: .+/)
      expect(error.cause).toBeInstanceOf(Error)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('gives the reason of the signal when that is why', async () => {
    const controller = new AbortController()
    const source = new ReadableStream<Uint8Array>({
      start: (stream) => {
        stream.enqueue(bytes)
        controller.signal.addEventListener('abort', () => stream.error(new Error('aborted')))
      },
    })
    const reading = readGraph(source, { signal: controller.signal })
    setTimeout(() => controller.abort('enough'), 5)
    await expect(reading).rejects.toBe('enough')
  })
})

describe('gzip in several members, and with something behind it', () => {
  const [a, b] = [gzipSync('0 1\n1 2\n'), gzipSync('2 0\n')]
  const zeros = new Uint8Array(70_000)
  /** The whole graph has three arcs; undefined: an error that says the pattern. */
  const cases: [string, Uint8Array[], RegExp | undefined][] = [
    ['two members', [a, b], undefined],
    ['empty members, as bgzip ends a file', [a, gzipSync(''), b, gzipSync('')], undefined],
    ['zeros, as tapes pad', [a, b, zeros], undefined],
    ['text', [a, b, bytes], /what follows its gzip data is not gzip/],
    ['zeros, then text', [a, b, zeros, bytes], /what follows its gzip data is not gzip/],
    ['zeros, then a member', [a, zeros.subarray(0, 1), b], /what follows its gzip data is not/],
    ['half a member', [a, b.subarray(0, 15)], /damaged or ends early/],
    ['half a magic number', [a, b.subarray(0, 1)], /damaged or ends early/],
    ['a damaged member', [a, b.subarray(0, 12), b.subarray(13)], /damaged or ends early/],
  ]
  for (const [what, parts, problem] of cases) {
    it(`never drops data: ${what}`, async () => {
      const whole = new Uint8Array(Buffer.concat(parts))
      // Cut anywhere: where a piece ends must make no difference.
      for (const size of [whole.length, a.length, 7, 4096]) {
        async function* pieces() {
          for (let at = 0; at < whole.length; at += size) yield whole.slice(at, at + size)
        }
        const reading = readGraph(pieces(), { name: 'many.gz' })
        if (problem === undefined) {
          expect([...(await reading).targets]).toEqual([1, 2, 0])
        } else {
          const error = await reading.catch((caught) => caught)
          expect(error).toBeInstanceOf(GraphFormatError)
          expect(error.message).toMatch(problem)
          expect(error.message).toMatch(/^many.gz: /)
        }
      }
    })
  }
})

describe('vertex files of LDBC Graphalytics', () => {
  it('bring isolated vertices, as a sibling or as an option', async () => {
    file('g.v', '1\n2\n3\n10\n')
    const sibling = await readGraph(file('g.e', '1 2 0.5\n2 10 0.25\n'), { weights: 3 })
    expect(rowsOf(sibling)).toEqual([
      { id: '1', arcs: ['2 0.5'] },
      { id: '2', arcs: ['10 0.25'] },
      { id: '3', arcs: [] },
      { id: '10', arcs: [] },
    ])
    const given = await readGraph(new TextEncoder().encode('b a\n'), {
      vertices: new TextEncoder().encode('a\nb\nc\n'),
    })
    expect(given.vertexCount).toBe(3)
    const zip = await readGraph(file('h.e.gz', gzipSync('0 1\n')), {
      vertices: join(folder, 'g.v'),
    }).catch(String)
    expect(zip).toMatch(/h.e.gz:1: names a vertex that the vertex file lacks.*"0 1"/)
  })

  it('name the line of an edge that is not in them', async () => {
    file('bad.v', Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(''))
    const edges = Array.from({ length: 1000 }, (_, i) => `${i} ${i === 700 ? 5000 : 0}\n`)
    edges.splice(10, 0, '# comment\n', '\n')
    await expect(readGraph(file('bad.e', edges.join('')))).rejects.toThrow(
      /bad.e:703: names a vertex/,
    )
  })
})

describe('readGraph on large input', () => {
  const large = largeText()

  it('reports progress up to the end', async () => {
    const path = file('large.txt', large)
    const seen: ReadProgress[] = []
    const graph = await readGraph(path, { onProgress: (progress) => seen.push(progress) })
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)).toEqual({
      bytes: large.length,
      totalBytes: large.length,
      edges: graph.edgeCount,
    })
  })

  it('rejects with the reason of the signal, soon, and closes the source', async () => {
    for (const delayMs of [0, 5, 20]) {
      const controller = new AbortController()
      let closed = false
      const source = (async function* () {
        try {
          for (;;) yield large
        } finally {
          closed = true
        }
      })()
      const reason = new Error('enough')
      const reading = readGraph(source, { signal: controller.signal })
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      const start = cpuMs()
      controller.abort(reason)
      await expect(reading).rejects.toBe(reason)
      expect(cpuMs() - start).toBeLessThan(100)
      await new Promise((resolve) => setTimeout(resolve, 10))
      if (delayMs > 0) expect(closed).toBe(true)
    }
    await expect(readGraph(large, { signal: AbortSignal.abort('before') })).rejects.toBe('before')
  })

  it('rejects while a source hangs', async () => {
    const controller = new AbortController()
    let cancelled = false
    const hanging = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => {}),
      cancel: () => {
        cancelled = true
      },
    })
    const reading = readGraph(hanging, { signal: controller.signal })
    setTimeout(() => controller.abort('hung'), 10)
    await expect(reading).rejects.toBe('hung')
    expect(cancelled).toBe(true)
  })

  it('never holds the thread for long', async () => {
    let last = cpuMs()
    let longest = 0
    const timer = setInterval(() => {
      longest = Math.max(longest, cpuMs() - last)
      last = cpuMs()
    }, 1)
    await readGraph(large)
    await readGraph(large, { ids: 'string', directed: false })
    clearInterval(timer)
    // The promise is 50 ms of this thread; others (garbage collection) count here, too.
    expect(longest).toBeLessThan(100)
  })

  it('reads at the same time as another read', async () => {
    const [one, two] = await Promise.all([readGraph(large), readGraph(large, { ids: 'string' })])
    expect(one.arcCount).toBe(two.arcCount)
  })
})

describe('options of readGraph', () => {
  const bad: [object, RegExp][] = [
    [{ direct: true }, /no option "direct"/],
    [{ directed: 1 }, /"directed" expected boolean/],
    [{ ids: 'number' }, /"ids" expected/],
    [{ header: true }, /"header" expected/],
    [{ delimiter: 'ab' }, /"delimiter" expected/],
    [{ delimiter: '7' }, /"delimiter" expected/],
    [{ weights: 2 }, /"weights" expected whole number in \[3/],
    [{ weights: 'w', header: 'no' }, /needs a header/],
    [{ weights: {} }, /"weights" expected column name/],
    [{ signal: {} }, /"signal" expected AbortSignal/],
    [{ onProgress: 1 }, /"onProgress" expected function/],
  ]
  for (const [options, message] of bad) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      await expect(readGraph(bytes, options)).rejects.toThrow(message)
    })
  }
})
