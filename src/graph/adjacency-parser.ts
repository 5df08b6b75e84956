/**
 * The rows of METIS files: numbers between blanks, a row of neighbours for each vertex, of any
 * length. Takes bytes as they come and keeps nothing of them, so that a row may be longer than
 * memory has room for text.
 */

import { quoteExcerpt } from '../errors.js'
import { EdgeChunks } from './edge-chunks.js'

const LINE_FEED = 10
const PERCENT = 37
const ZERO = 48

/** How rows are written. */
export interface AdjacencyShape {
  vertexCount: number
  /** Numbers at the start of each row that are no neighbours: the vertex's size and weights. */
  skip: number
  /** Each neighbour is followed by the weight of the edge. */
  hasWeights: boolean
  keepsWeights: boolean
  linesBefore: number
}

/** Something wrong with a row; the reader adds file and line. */
export class AdjacencyProblem extends Error {
  readonly line: number

  constructor(problem: string, line: number) {
    super(problem)
    this.line = line
  }
}

const BATCH_ARCS = 1 << 14

export class AdjacencyParser {
  /** Arcs by row: each edge from both of its ends. */
  readonly arcs: EdgeChunks
  readonly #shape: AdjacencyShape
  readonly #pairs = new Uint32Array(2 * BATCH_ARCS)
  readonly #weights: Float64Array | undefined
  #batch = 0
  #row = 0
  /** Numbers of the row so far. */
  #column = 0
  #value = 0
  #digits = 0
  #neighbour = 0
  #inComment = false
  #atLineStart = true
  #extraLines = 0
  /** Rows before which other lines stand, and how many there are up to then. */
  readonly #extraRows: number[] = []
  readonly #extraCounts: number[] = []

  constructor(shape: AdjacencyShape) {
    this.#shape = shape
    this.arcs = new EdgeChunks(shape.keepsWeights)
    this.#weights = shape.keepsWeights ? new Float64Array(BATCH_ARCS) : undefined
  }

  /** 1-based line of a row counted from 0. */
  lineOf(row: number): number {
    let low = 0
    let high = this.#extraRows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#extraRows[middle] <= row) low = middle + 1
      else high = middle
    }
    return this.#shape.linesBefore + row + 1 + (low === 0 ? 0 : this.#extraCounts[low - 1])
  }

  /** @throws AdjacencyProblem */
  push(bytes: Uint8Array): void {
    let value = this.#value
    let digits = this.#digits
    for (let i = 0; i < bytes.length; i++) {
      const c = bytes[i]
      const digit = c - ZERO
      if (digit >= 0 && digit <= 9 && !this.#inComment) {
        value = 10 * value + digit
        digits++
        continue
      }
      if (digits > 0) {
        this.#take(value, digits)
        value = 0
        digits = 0
      }
      if (c === LINE_FEED) this.#endLine()
      else if (!this.#inComment && c !== 32) this.#takeOther(c)
    }
    this.#value = value
    this.#digits = digits
  }

  /** @throws AdjacencyProblem when there are too few rows */
  end(): void {
    if (this.#digits > 0) this.#take(this.#value, this.#digits)
    this.#digits = 0
    const { vertexCount } = this.#shape
    // The last row needs no line feed, not even if it is empty.
    if (this.#column > 0 || this.#row === vertexCount - 1) this.#endRow()
    this.#flush()
    if (this.#row === vertexCount) return
    throw new AdjacencyProblem(
      `${this.#row} rows, and the header announces ${vertexCount} vertices; is it cut short?`,
      this.lineOf(Math.max(0, this.#row - 1)),
    )
  }

  #take(value: number, digits: number): void {
    const { vertexCount, skip, hasWeights } = this.#shape
    this.#atLineStart = false
    if (this.#row >= vertexCount) {
      this.#fail(`more rows than the ${vertexCount} vertices that the header announces`)
    }
    if (digits > 15) this.#fail('number of more than 15 digits')
    const place = this.#column++ - skip
    if (place < 0) return
    if (hasWeights && place % 2 === 1) {
      this.#add(this.#neighbour, value)
      return
    }
    if (value < 1 || value > vertexCount) {
      this.#fail(`neighbour ${value} is not in 1 … ${vertexCount}`)
    }
    if (value === this.#row + 1) {
      this.#fail(`vertex ${value} lists itself, and METIS graphs have no self-loops; delete it`)
    }
    this.#neighbour = value - 1
    if (!hasWeights) this.#add(value - 1, 0)
  }

  #add(neighbour: number, weight: number): void {
    const at = this.#batch++
    this.#pairs[2 * at] = this.#row
    this.#pairs[2 * at + 1] = neighbour
    if (this.#weights !== undefined) this.#weights[at] = weight
    if (this.#batch === BATCH_ARCS) this.#flush()
  }

  #flush(): void {
    this.arcs.append(
      this.#pairs.subarray(0, 2 * this.#batch),
      this.#weights?.subarray(0, this.#batch),
    )
    this.#batch = 0
  }

  /** Something that is neither a digit, nor a blank, nor a line feed. */
  #takeOther(c: number): void {
    if (c === PERCENT && this.#atLineStart) this.#inComment = true
    else if (c !== 13 && c !== 9) {
      this.#fail(
        `${quoteExcerpt(String.fromCharCode(c))} among the whole numbers of which rows consist`,
      )
    }
  }

  #endLine(): void {
    // Behind the last row, empty lines say nothing.
    if (this.#inComment || this.#row >= this.#shape.vertexCount) this.#countExtraLine()
    else this.#endRow()
    this.#inComment = false
    this.#atLineStart = true
  }

  #countExtraLine(): void {
    this.#extraLines++
    if (this.#extraRows.at(-1) !== this.#row) {
      this.#extraRows.push(this.#row)
      this.#extraCounts.push(0)
    }
    this.#extraCounts[this.#extraCounts.length - 1] = this.#extraLines
  }

  #endRow(): void {
    const { skip, hasWeights } = this.#shape
    if (this.#column < skip) {
      this.#fail(`${this.#column} numbers, and the row begins with ${skip} sizes and weights`)
    }
    if (hasWeights && (this.#column - skip) % 2 === 1) {
      this.#fail('the last neighbour has no weight behind it')
    }
    this.#column = 0
    this.#row++
  }

  #fail(problem: string): never {
    throw new AdjacencyProblem(problem, this.lineOf(this.#row))
  }
}
