/**
 * The comments in the sources, which the generated reference is made of: every function and class
 * has an example, every parameter its meaning; all examples compile and run, and print what they
 * say. What an example uses and doesn't import comes from the entry that it is documented in.
 */

import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { FLIGHTS } from '../support/cli.js'
import { ROOT } from '../support/paths.js'
import { printedLines, runSnippet, typeProblems } from '../support/snippets.js'

/** typedoc's numbers of kinds. */
const CLASS = 128
const FUNCTION = 64
const INTERFACE = 256

interface Comment {
  summary: { text: string }[]
  blockTags?: { tag: string; content: { text: string }[] }[]
}

interface Reflection {
  name: string
  kind: number
  comment?: Comment
  signatures?: Reflection[]
  parameters?: Reflection[]
  children?: Reflection[]
}

interface Example {
  name: string
  entry: string
  code: string
}

// Inside the checkout, so that 'ticktickclock' is this package.
const folder = join(ROOT, 'build', 'reference-examples')
const entries = await readReference()
const examples = entries.flatMap(examplesOf)
const exported = exportsByEntry()
let problems: Map<string, string[]>

async function readReference(): Promise<Reflection[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'reference.json')
  const args = [join(ROOT, 'scripts/docs.mjs'), '--logLevel', 'Warn', '--json', path]
  await promisify(execFile)(process.execPath, args)
  return JSON.parse(readFileSync(path, 'utf8')).children
}

/** A function's comments stand on its signatures. */
function commentsOf({ comment, signatures = [] }: Reflection): Comment[] {
  return [comment, ...signatures.map((signature) => signature.comment)].filter(
    (each) => each !== undefined,
  )
}

function codeOf(comment: Comment): string[] {
  const tags = (comment.blockTags ?? []).filter(({ tag }) => tag === '@example')
  const texts = tags.map(({ content }) => content.map(({ text }) => text).join(''))
  return texts.flatMap((text) =>
    [...text.matchAll(/```(?:ts|js)\n([\s\S]*?)```/g)].map((m) => m[0]),
  )
}

/** Examples of an entry that are TypeScript; those in JavaScript show several files. */
function examplesOf(entry: Reflection): Example[] {
  const found = (entry.children ?? []).flatMap((child) => {
    const codes = new Set(commentsOf(child).flatMap(codeOf))
    const own = [...codes].filter((code) => code.startsWith('```ts'))
    const name = entry.name
      .replace(/^ticktickclock[/]?/, '')
      .replace(/$/, '.')
      .replace(/^[.]/, '')
    return own.map((code, index) => ({
      name: `${name}${child.name}${index === 0 ? '' : ` (${index + 1})`}`,
      entry: entry.name,
      code: code.slice(6, -3),
    }))
  })
  return found
}

/** Names that can be imported, by the name of the module. */
function exportsByEntry(): Map<string, Set<string>> {
  const names = (entry: Reflection) => new Set((entry.children ?? []).map(({ name }) => name))
  return new Map(entries.map((entry) => [entry.name, names(entry)]))
}

/** The example with imports of what it uses, from its own entry before others. */
function withImports({ entry, code }: Example): string {
  const used = new Set<string>()
  const declared = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isImportSpecifier(parent)) &&
        parent.name === node
      if (isDeclared) declared.add(node.text)
      else if (!(ts.isPropertyAccessExpression(parent) && parent.name === node)) used.add(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true))
  const lines: string[] = []
  for (const module of [entry, 'ticktickclock', ...exported.keys()]) {
    const names = [...(exported.get(module) ?? [])].filter((n) => used.has(n) && !declared.has(n))
    for (const name of names) declared.add(name)
    if (names.length > 0) lines.push(`import { ${names.join(', ')} } from '${module}'`)
  }
  return `${lines.join('\n')}\n${code}\nexport {}\n`
}

const ROAD = '%%MatrixMarket matrix coordinate pattern symmetric\n2 2 2\n2 1\n2 2\n'

/** Numbered: names may differ by case only, which not every file system can tell apart. */
const sourceOf = (example: Example) =>
  join(folder, `${example.name.replaceAll(/[^\w]+/g, '-')}-${examples.indexOf(example)}.mts`)

beforeAll(() => {
  // What examples read.
  copyFileSync(FLIGHTS, join(folder, 'flights.csv'))
  writeFileSync(join(folder, 'road.mtx'), ROAD)
  writeFileSync(join(folder, 'web-Google.txt.gz'), gzipSync('# from to\n0\t1\n1\t0\n'))
  const program =
    "{ name: 'p', initialize: (input) => input, supersteps: [{ name: 's', compute() {} }] }"
  const start = "import { defineComputation } from 'ticktickclock/bsp'\nexport default"
  writeFileSync(join(folder, 'program.js'), `${start} defineComputation(${program})\n`)
  for (const example of examples) writeFileSync(sourceOf(example), withImports(example))
  problems = typeProblems(examples.map(sourceOf))
})

describe('the reference', () => {
  it('has an example for every function and class', () => {
    const lacking = entries.flatMap((entry) =>
      (entry.children ?? [])
        .filter(({ kind }) => kind === FUNCTION || kind === CLASS)
        .filter((child) => commentsOf(child).flatMap(codeOf).length === 0)
        .map((child) => `${entry.name}: ${child.name}`),
    )
    expect(lacking).toEqual([])
  })

  it('says of every option what it is', () => {
    const lacking = entries.flatMap((entry) =>
      (entry.children ?? [])
        .filter(({ kind, name }) => kind === INTERFACE && name.endsWith('Options'))
        .flatMap(({ name, children = [] }) =>
          children
            .filter((option) => commentsOf(option).length === 0)
            .map((option) => `${name}.${option.name}`),
        ),
    )
    expect(lacking).toEqual([])
  })

  it('covers what is exported', () => {
    expect([...exported.keys()].length).toBeGreaterThan(4)
    expect(examples.length).toBeGreaterThan(40)
  })

  it.each(examples.map((example) => [example.name, example] as const))(
    '%s: its example compiles, runs and prints what it says',
    async (_name, example) => {
      expect(problems.get(sourceOf(example))).toEqual([])
      const stdout = await runSnippet(sourceOf(example), folder)
      for (const line of printedLines(example.code)) expect(stdout).toContain(`${line}\n`)
    },
  )
})
