/**
 * Seeded R-MAT edges as text, made block by block, so that a file larger than memory can be
 * written: SNAP style (comment, tabs), CSV with a header and weights of two decimals, or a pattern
 * in Matrix Market.
 */

/** What to generate. */
export interface EdgeText {
  scale: number
  edgeFactor: number
  seed: number
  format: 'snap' | 'csv' | 'matrix-market'
}

const BLOCK_BYTES = 1 << 20
/** Longest line: two ids of ten digits, a weight, separators. */
const LINE_BYTES = 40

const NEWLINE = 10
const TAB = 9
const BLANK = 32
const COMMA = 44
const DOT = 46
const ZERO = 48

/** The text in blocks that are overwritten by the next one. */
export function* edgeTextBlocks(options: EdgeText): Generator<Uint8Array, void> {
  const { scale, edgeFactor, seed, format } = options
  const random = xorshift(seed)
  const block = new Uint8Array(BLOCK_BYTES)
  const isCsv = format === 'csv'
  const first = format === 'matrix-market' ? 1 : 0
  const separator = { snap: TAB, csv: COMMA, 'matrix-market': BLANK }[format]
  const edgeCount = edgeFactor * 2 ** scale
  const head = {
    snap: `# R-MAT ${scale}, seed ${seed}\n# FromNodeId\tToNodeId\n`,
    csv: 'source,target,weight\n',
    'matrix-market':
      '%%MatrixMarket matrix coordinate pattern general\n' +
      `${2 ** scale} ${2 ** scale} ${edgeCount}\n`,
  }[format]
  let at = new TextEncoder().encodeInto(head, block).written
  const pair = new Uint32Array(2)
  for (let edge = 0; edge < edgeCount; edge++) {
    if (at + LINE_BYTES > BLOCK_BYTES) {
      yield block.subarray(0, at)
      at = 0
    }
    drawEdge(pair, scale, random)
    at = writeNumber(block, at, pair[0] + first)
    block[at++] = separator
    at = writeNumber(block, at, pair[1] + first)
    if (isCsv) at = writeWeight(block, at, random())
    block[at++] = NEWLINE
  }
  yield block.subarray(0, at)
}

/** The whole text. */
export function edgeText(options: EdgeText): Uint8Array {
  const parts: Uint8Array[] = []
  for (const block of edgeTextBlocks(options)) parts.push(block.slice())
  return Buffer.concat(parts)
}

/** Marsaglia's xorshift, 32 bits: good enough to place edges, and quick. */
function xorshift(seed: number): () => number {
  let x = (seed ^ 0x9e3779b9) >>> 0 || 1
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}

/** Quadrants 0.57, 0.19, 0.19, 0.05 as in Graph500; labels scattered by an odd factor. */
function drawEdge(pair: Uint32Array, scale: number, random: () => number): void {
  let source = 0
  let target = 0
  for (let level = 0; level < scale; level++) {
    const x = random() / 2 ** 32
    const isLow = x < 0.76
    source = 2 * source + (isLow ? 0 : 1)
    target = 2 * target + (isLow ? (x < 0.57 ? 0 : 1) : x < 0.95 ? 0 : 1)
  }
  const mask = 2 ** scale - 1
  pair[0] = (Math.imul(source, 0x9e3779b1) & mask) >>> 0
  pair[1] = (Math.imul(target, 0x9e3779b1) & mask) >>> 0
}

function writeNumber(block: Uint8Array, from: number, value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  let rest = value
  for (let at = from + digits - 1; at >= from; at--) {
    const next = Math.floor(rest / 10)
    block[at] = ZERO + (rest - 10 * next)
    rest = next
  }
  return from + digits
}

/** `,12.75` */
function writeWeight(block: Uint8Array, from: number, x: number): number {
  block[from] = COMMA
  const at = writeNumber(block, from + 1, (x >>> 8) % 100)
  block[at] = DOT
  block[at + 1] = ZERO + ((x >>> 16) % 10)
  block[at + 2] = ZERO + 1 + ((x >>> 20) % 9)
  return at + 3
}
