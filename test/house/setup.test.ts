/**
 * What a fresh clone depends on: a lock file that `npm ci` accepts on every platform, scripts that
 * an old Node can parse far enough to say that it is too old, a start that is quiet on stdout.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/paths.js'

interface Lock {
  packages: Record<string, { version: string; optionalDependencies?: Record<string, string> }>
}

it.each(['package-lock.json', 'bench/package-lock.json'])(
  '%s has an entry for each platform package that it names',
  (file) => {
    // npm leaves them out when a registry doesn't have them, and then `npm ci` refuses the file.
    const { packages }: Lock = JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
      ),
    )
    expect(missing).toEqual([])
  },
)

it('an old Node parses the scripts', () => {
  // Newer than Node 14: logical assignment, class fields, `.at()`, top-level await.
  const scripts = readdirSync(join(ROOT, 'scripts')).filter((name) => name.endsWith('.mjs'))
  expect(scripts.length).toBeGreaterThan(5)
  for (const name of scripts) {
    const text = readFileSync(join(ROOT, 'scripts', name), 'utf8')
    expect(text, name).not.toMatch(/\?\?=|\|\|=|&&=|\.at\(|^\s+(static|#)|^(const .*= )?await /m)
  }
})

it('an old Node is told what to install, in one line', () => {
  // The version is read from process.versions, which a preloaded module may replace.
  const old = "Object.defineProperty(process.versions, 'node', { value: '18.20.4' })"
  const preload = `data:text/javascript,${encodeURIComponent(old)}`
  const script = join(ROOT, 'scripts/start.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, script], {
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^ticktickclock needs Node 20\.19 or newer[^\n]+\n$/)
})

it('an example that is not there is named, with those that are', () => {
  const script = join(ROOT, 'scripts/example.mjs')
  expect(execFileSync(process.execPath, [script], { encoding: 'utf8' })).toContain('airports')
  const { status, stderr } = spawnSync(process.execPath, [script, 'nonsense'], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/no example "nonsense"[^\n]+airports/)
})
