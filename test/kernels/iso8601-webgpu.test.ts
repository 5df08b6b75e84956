/** ISO 8601 text on the GPU against the reference: shaders/shared/iso8601.wgsl by itself. */

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Device } from '../../dist/devices/device.js'
import { type Gpu, gpuOf } from '../../dist/devices/webgpu/gpu.js'
import { openWebgpu } from '../../dist/devices/webgpu/index.js'
import { formatIso8601, parseIso8601 } from '../../dist/kernels/timestamps/iso8601.js'
import { createRandom } from '../../dist/random.js'
import { julianDays, randomIso, randomLeapSecond } from '../support/iso8601.js'
import { count, testSeed } from '../support/seed.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

/** Words that a row of texts, instants or orders takes. */
const ROW = 12
const PROGRAM = `
@group(0) @binding(0) var<storage, read> input: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
const ROW = ${ROW}u;

fn text_byte(index: u32) -> u32 {
  return (input[index >> 2u] >> (8u * (index & 3u))) & 255u;
}

// Input rows: length, assume_utc, then the text. Output rows: the fields of IsoInstant.
@compute @workgroup_size(64)
fn parse(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x * ROW;
  if (row >= arrayLength(&input)) { return; }
  let found = iso_parse(4u * row + 8u, input[row], input[row + 1u] != 0u);
  output[row] = found.wrong_at;
  output[row + 1u] = found.seconds.x;
  output[row + 2u] = found.seconds.y;
  output[row + 3u] = found.nanos;
  output[row + 4u] = found.is_leap_second;
  output[row + 5u] = found.is_truncated;
}

// Input rows: seconds, nanos, digits, offset. Output rows: length, then the text.
@compute @workgroup_size(64)
fn format(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x * ROW;
  if (row >= arrayLength(&input)) { return; }
  var text: array<u32, ISO_WORDS>;
  let seconds = vec2u(input[row], input[row + 1u]);
  let offset = bitcast<i32>(input[row + 4u]);
  output[row] = iso_format(seconds, input[row + 2u], input[row + 3u], offset, &text);
  for (var i = 0u; i < ISO_WORDS; i++) { output[row + 1u + i] = text[i]; }
}
`

describe.skipIf(noGpu !== undefined)(gpuTitle('ISO 8601 on the GPU'), () => {
  let device: Device
  let gpu: Gpu
  let code = PROGRAM
  beforeAll(async () => {
    code += await readFile('shaders/shared/iso8601.wgsl', 'utf8')
    device = await openWebgpu()
    gpu = gpuOf(device)
  })
  afterAll(() => device?.dispose())

  async function run(entryPoint: 'parse' | 'format', input: Uint32Array): Promise<Uint32Array> {
    const pipeline = await gpu.pipeline('iso8601-test', code, entryPoint)
    const [from, to] = await Promise.all([
      gpu.upload('texts', input),
      gpu.buffer('results', input.byteLength),
    ])
    const entries = [from, to].map((buffer, binding) => ({ binding, resource: { buffer } }))
    const group = gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
    await gpu.submit('a test', (encoder) => {
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(Math.ceil(input.length / ROW / 64))
      pass.end()
    })
    const output = new Uint32Array(input.length)
    await gpu.read(to, output)
    from.destroy()
    to.destroy()
    return output
  }

  const RIGHT = 0xffffffff
  const wide = (low: number, high: number) => (high | 0) * 2 ** 32 + low

  async function checkTexts(texts: readonly { text: string; assumeUtc: boolean }[]) {
    const input = new Uint32Array(texts.length * ROW)
    const bytes = new Uint8Array(input.buffer)
    for (const [i, { text, assumeUtc }] of texts.entries()) {
      input[i * ROW] = text.length
      input[i * ROW + 1] = Number(assumeUtc)
      // Digits after the text: what is read there must not count.
      bytes.fill(0x39, 4 * i * ROW + 8, 4 * (i + 1) * ROW)
      for (let j = 0; j < text.length; j++) bytes[4 * i * ROW + 8 + j] = text.charCodeAt(j)
    }
    const output = await run('parse', input)
    for (const [i, { text, assumeUtc }] of texts.entries()) {
      const at = i * ROW
      const start = 4 * at + 8
      const wanted = parseIso8601(bytes, start, start + text.length, assumeUtc)
      const [wrongAt, low, high, nanos, leap, truncated] = output.subarray(at, at + 6)
      const same =
        'expected' in wanted
          ? wrongAt === wanted.position
          : wrongAt === RIGHT &&
            wide(low, high) === wanted.seconds &&
            nanos === wanted.nanos &&
            (leap === 1) === wanted.isLeapSecond &&
            (truncated === 1) === wanted.isTruncated
      const found = { wrongAt, seconds: wide(low, high), nanos, leap, truncated }
      if (!same) expect({ text, assumeUtc, ...found }).toEqual({ text, assumeUtc, ...wanted })
    }
  }

  it('reads every accepted form', async () => {
    const random = createRandom(testSeed())
    const cases = Array.from({ length: count(100_000) }, () => {
      const isLeap = random.nextBelow(10) === 0
      const { text } = isLeap ? randomLeapSecond(random) : randomIso(random)
      return { text, assumeUtc: random.nextBelow(2) === 0 }
    })
    await checkTexts(cases)
  })

  it('finds the first wrong byte', async () => {
    const random = createRandom(testSeed() + 1)
    const alphabet = '0123456789012345678901234569-:T Zt+-.,z/\0é'
    const cases = Array.from({ length: count(100_000) }, () => {
      const isLeap = random.nextBelow(10) === 0
      const characters = [...(isLeap ? randomLeapSecond(random) : randomIso(random)).text]
      for (let changes = 1 + random.nextBelow(3); changes > 0; changes--) {
        const at = random.nextBelow(characters.length)
        characters[at] = alphabet[random.nextBelow(alphabet.length)]
      }
      if (random.nextBelow(4) === 0) characters.length = random.nextBelow(characters.length)
      return { text: characters.join(''), assumeUtc: random.nextBelow(2) === 0 }
    })
    await checkTexts(cases)
  })

  it('writes instants at all digits and offsets', async () => {
    const random = createRandom(testSeed() + 2)
    const [first, end] = [julianDays(0, 1, 1), julianDays(10_000, 1, 1)].map((d) => d * 86_400n)
    const edges = [first, first - 1n, end - 1n, end, 0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]
    const rows = count(100_000)
    const input = new Uint32Array(rows * ROW)
    const seconds: bigint[] = []
    for (let i = 0; i < rows; i++) {
      const near = edges[random.nextBelow(edges.length)] + BigInt(random.nextBelow(3) - 1)
      const any = first + BigInt(Math.floor(random.nextFloat() * Number(end - first)))
      seconds[i] = BigInt.asIntN(64, random.nextBelow(20) === 0 ? near : any)
      const digits = random.nextBelow(10)
      const offset = random.nextBelow(3) === 0 ? 0 : random.nextBelow(2879) - 1439
      const bits = BigInt.asUintN(64, seconds[i])
      const nanos = random.nextBelow(1_000_000_000)
      input.set([Number(bits & 0xffffffffn), Number(bits >> 32n), nanos, digits, offset], i * ROW)
    }
    const output = await run('format', input)
    const bytes = new Uint8Array(output.buffer)
    const wanted = new Uint8Array(36)
    for (let i = 0; i < rows; i++) {
      const [, , nanos, digits, offset] = input.subarray(i * ROW)
      wanted.fill(0)
      const format = { digits, offsetMinutes: offset | 0 }
      const length = formatIso8601(Number(seconds[i]), nanos, format, wanted, 0)
      const start = 4 * i * ROW + 4
      const same = output[i * ROW] === length && wanted.every((b, j) => bytes[start + j] === b)
      const found = String.fromCharCode(...bytes.subarray(start, start + 36))
      if (!same) expect({ seconds: seconds[i], nanos, ...format, found }).toEqual({ length })
    }
  })
})
