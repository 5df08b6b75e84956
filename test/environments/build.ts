/**
 * The same small program made ready for each environment, with the configuration that
 * docs/browsers.md tells users to copy: the text of that page is what is built here.
 */

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import type { Consumer } from '../support/consumer.js'
import { ROOT } from '../support/paths.js'

const DOCUMENT = readFileSync(join(ROOT, 'docs/browsers.md'), 'utf8')

/** A block of the page that begins with this line; the rest of the block with it. */
function documented(language: string, firstLine: string): string {
  const blocks = DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
  const found = [...blocks].map((match) => match[1]).filter((text) => text.includes(firstLine))
  if (found.length !== 1) throw new Error(`docs/browsers.md: ${found.length} times: ${firstLine}`)
  return found[0]
}

/** A page for a bundle; the script's name is the tool's. */
const pageFor = (script: string) =>
  `<!doctype html>\n<title>bundled</title>\n<script type="module" src="${script}"></script>\n`

/** How an environment is made. */
export interface Environment {
  name: string
  /** The folder that a server would serve, relative to the environment's own. */
  site: string
  /** What it is called on disk; part of the folder's path. */
  slug: string
  /** Makes it in a folder that has the program and node_modules. */
  build(consumer: Consumer, folder: string): Promise<void>
}

const tool =
  (path: string, ...args: string[]) =>
  (consumer: Consumer, folder: string) =>
    consumer.tool(path, args, folder).then(() => {})

/** Environments of pages. */
export const ENVIRONMENTS: readonly Environment[] = [
  {
    ...{ name: 'Vite', slug: 'vite', site: 'dist' },
    async build(consumer, folder) {
      writeFileSync(join(folder, 'vite.config.js'), documented('javascript', '// vite.config.js'))
      writeFileSync(join(folder, 'index.html'), pageFor('/main.js'))
      await tool('vite/bin/vite.js', 'build', '--logLevel', 'warn')(consumer, folder)
    },
  },
  {
    ...{ name: 'webpack', slug: 'webpack', site: 'dist' },
    async build(consumer, folder) {
      const config = documented('javascript', '// webpack.config.js')
      writeFileSync(join(folder, 'webpack.config.js'), config)
      await tool('webpack-cli/bin/cli.js', '--fail-on-warnings')(consumer, folder)
      writeFileSync(join(folder, 'dist/index.html'), pageFor('main.js'))
    },
  },
  {
    ...{ name: 'Vite, with worker scripts of its own', slug: 'own-workers', site: 'dist' },
    async build(consumer, folder) {
      const calls = documented('javascript', '// calls.worker.js')
      writeFileSync(join(folder, 'calls.worker.js'), calls)
      writeFileSync(join(folder, 'workers.js'), documented('javascript', '// workers.js'))
      writeProgram('main', join(folder, 'main.js'), ["import './workers.js'\n"])
      writeFileSync(join(folder, 'index.html'), pageFor('/main.js'))
      await tool('vite/bin/vite.js', 'build', '--logLevel', 'warn')(consumer, folder)
    },
  },
  {
    ...{ name: 'esbuild', slug: 'esbuild', site: 'dist' },
    async build(consumer, folder) {
      writeFileSync(join(folder, 'build.mjs'), documented('javascript', '// build.mjs'))
      await consumer.run(process.execPath, ['build.mjs'], folder)
      writeFileSync(join(folder, 'dist/index.html'), pageFor('main.js'))
    },
  },
  {
    ...{ name: 'Rollup', slug: 'rollup', site: 'dist' },
    async build(consumer, folder) {
      const config = documented('javascript', '// rollup.config.js')
      writeFileSync(join(folder, 'rollup.config.js'), config)
      await tool('rollup/dist/bin/rollup', '-c', '--silent')(consumer, folder)
      writeFileSync(join(folder, 'dist/index.html'), pageFor('main.js'))
    },
  },
  {
    ...{ name: 'a classic script', slug: 'script', site: 'site' },
    async build(_consumer, folder) {
      copyForPages(folder)
      const page = documented('html', '<title>A classic script</title>')
      writeFileSync(join(folder, 'site/index.html'), page)
      writeProgram('main-script', join(folder, 'site/main.js'))
      writeProgram('app', join(folder, 'site/app.js'))
    },
  },
  {
    ...{ name: 'a module script', slug: 'module', site: 'site' },
    async build(_consumer, folder) {
      copyForPages(folder)
      writeFileSync(join(folder, 'site/index.html'), pageFor('main.js'))
      const place = './ticktickclock/ticktickclock.module.js'
      writeProgram('main-script', join(folder, 'site/main.js'), [
        `import * as ticktickclock from '${place}'\n`,
      ])
      writeProgram('app', join(folder, 'site/app.js'))
    },
  },
]

/** dist/browser, as a user copies it to a site. */
function copyForPages(folder: string): void {
  mkdirSync(join(folder, 'site'))
  const from = join(folder, 'node_modules/ticktickclock/dist/browser')
  cpSync(from, join(folder, 'site/ticktickclock'), { recursive: true })
}

/** Writes the page for hosts that send no headers into a site of scripts. */
export function writeIsolatePage(site: string): void {
  const page = documented('html', '<title>Isolated by a service worker</title>')
  writeFileSync(join(site, 'index.html'), page)
  cpSync(join(site, 'ticktickclock/isolate.js'), join(site, 'isolate.js'))
}

/** Compiles a file beside this one. */
export function writeProgram(name: string, to: string, lines: readonly string[] = []): void {
  const source = readFileSync(join(ROOT, 'test/environments', `${name}.ts`), 'utf8')
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
  const { outputText } = ts.transpileModule(source, { compilerOptions })
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, lines.join('') + outputText)
}

const TOOLS = ['vite', 'webpack', 'webpack-cli', 'esbuild', 'rollup', '@rollup/plugin-node-resolve']

/**
 * A folder for an environment: the program, and node_modules with the package, the bundlers
 * linked.
 */
export function makeFolder(consumer: Consumer, slug: string): string {
  const folder = join(consumer.folder, slug)
  const packages = join(folder, 'node_modules')
  cpSync(join(consumer.folder, 'node_modules'), packages, { recursive: true })
  mkdirSync(join(packages, '@rollup'), { recursive: true })
  for (const name of TOOLS) {
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name), 'junction')
  }
  consumer.write(`${slug}/package.json`, { name: slug, private: true, type: 'module' })
  for (const name of ['app', 'main']) writeProgram(name, join(folder, `${name}.js`))
  return folder
}
