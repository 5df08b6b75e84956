/**
 * Entries of a timeline as doubles in blocks, six each and one for each argument; objects are made
 * of them when the timeline is read. A run has many, and the garbage collector would spend more on
 * objects that are kept than all listening takes.
 */

/** What an entry says besides its place. */
export type TraceArguments = Readonly<Record<string, string | number | boolean>>

/** Types of arguments by what they are called in forms. */
interface ArgumentTypes {
  number: number
  text: string
  flag: boolean
}

/** Arguments of entries of one form: how each is kept. */
export type Fields = Readonly<Record<string, keyof ArgumentTypes>>

/** What entries of one kind have in common. `ph` and `s` are those of the format. */
export interface FormDescription {
  readonly ph: 'X' | 'i' | 'C'
  readonly cat?: string
  readonly s?: 't' | 'p'
  readonly args: Fields
}

/** The same, as it is looked at for every entry. */
export interface EntryForm<F extends Fields = Fields> {
  readonly number: number
  readonly described: FormDescription & { readonly args: F }
  readonly names: readonly string[]
  readonly isText: readonly boolean[]
}

/** Arguments as a form asks for them. */
export type ArgumentsOf<F extends Fields> = { readonly [K in keyof F]: ArgumentTypes[F[K]] }

/** Forms by number. */
const forms: EntryForm[] = []

/** Makes the form of some entries; once, where a module is loaded. */
export function entryForm<const D extends FormDescription>(described: D): EntryForm<D['args']> {
  const { args } = described
  const isText = Object.values(args).map((kind) => kind === 'text')
  const form = { number: forms.length, described, names: Object.keys(args), isText }
  forms.push(form)
  return form
}

/** Where an entry is. */
export interface Place {
  readonly pid: number
  readonly tid: number
  readonly name: string
}

/** From when to when. */
export interface Span {
  readonly startNs: number
  readonly endNs: number
}

/** An entry as it is read. */
export type Entry = Place & Span & { form: FormDescription; args: TraceArguments }

/** Doubles of a record before its arguments. */
const HEAD = 6
/** Doubles of a block: 256 KiB. */
const BLOCK = 2 ** 15

export class Entries {
  count = 0
  readonly #texts = new Map<string, number>()
  /** Those that are full, and where they end. */
  readonly #full: Float64Array[] = []
  #block = new Float64Array(0)
  #end = 0

  add<F extends Fields>(
    { number, names, isText }: EntryForm<F>,
    { pid, tid, name }: Place,
    startNs: number,
    endNs: number,
    args: ArgumentsOf<F>,
  ): void {
    if (this.#end + HEAD + names.length > this.#block.length) this.#open()
    const block = this.#block
    let at = this.#end
    block[at++] = number
    block[at++] = pid
    block[at++] = tid
    block[at++] = this.#numberOf(name)
    block[at++] = startNs
    block[at++] = endNs
    for (let i = 0; i < names.length; i++) {
      const value = args[names[i]]
      // Flags become 0 or 1 as they are stored.
      block[at++] = isText[i] ? this.#numberOf(value as string) : (value as number)
    }
    this.#end = at
    this.count++
  }

  /** All entries, in the order in which they came. */
  *read(): Generator<Entry> {
    const texts = [...this.#texts.keys()]
    for (const block of [...this.#full, this.#block.subarray(0, this.#end)]) {
      for (let at = 0; at < block.length; ) {
        const [number, pid, tid, name, startNs, endNs] = block.subarray(at, at + HEAD)
        const { described, names } = forms[number]
        at += HEAD
        const args: Record<string, string | number | boolean> = {}
        for (const key of names) args[key] = argumentOf(described.args[key], block[at++], texts)
        yield { form: described, pid, tid, name: texts[name], startNs, endNs, args }
      }
    }
  }

  #open(): void {
    this.#full.push(this.#block.subarray(0, this.#end))
    this.#block = new Float64Array(BLOCK)
    this.#end = 0
  }

  #numberOf(text: string): number {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const { size } = this.#texts
    this.#texts.set(text, size)
    return size
  }
}

function argumentOf(kind: keyof ArgumentTypes, double: number, texts: readonly string[]) {
  if (kind === 'text') return texts[double]
  return kind === 'flag' ? double === 1 : double
}
