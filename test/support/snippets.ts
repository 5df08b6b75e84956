/** Code of the documentation, checked as a reader would use it: compiled strictly, then run. */

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import ts from 'typescript'
import { expect } from 'vitest'

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
}

const SCRIPT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
}

/** What the compiler finds wrong, by file; all files in one pass, which takes as long as one. */
export function typeProblems(paths: readonly string[]): Map<string, string[]> {
  const program = ts.createProgram(paths, OPTIONS)
  return new Map(
    paths.map((path) => {
      const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile(path))
      return [path, problems.map((p) => ts.flattenDiagnosticMessageText(p.messageText, ' '))]
    }),
  )
}

/** Compiles `NAME.mts` to `NAME.mjs` and runs that in `cwd`; nothing may go to standard error. */
export async function runSnippet(source: string, cwd: string): Promise<string> {
  const script = source.replace(/[.]mts$/, '.mjs')
  const code = readFileSync(source, 'utf8')
  writeFileSync(script, ts.transpileModule(code, { compilerOptions: SCRIPT }).outputText)
  return runScript(script, cwd)
}

/** Runs a script in `cwd`; nothing may go to standard error. */
export async function runScript(script: string, cwd: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { cwd })
  expect(stderr).toBe('')
  return stdout
}

/** What the comments behind `console.log(…)` say that is printed. */
export function printedLines(code: string): string[] {
  return [...code.matchAll(/^\s*(?:if \(.*\) )?console\.log\(.*\) \/\/ (.*)$/gm)].map(
    (match) => match[1],
  )
}
