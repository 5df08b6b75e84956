/**
 * npm's lock files, package-lock.json and npm-shrinkwrap.json of lockfileVersion 1, 2 and 3, as a
 * graph: packages are vertices, called name@version, and arcs lead from what depends to what is
 * depended on, found where Node finds it: in the nearest node_modules upwards.
 * Source: npm's documentation of package-lock.json; Node's, "Loading from node_modules folders".
 */

import type { Format } from './format.js'
import { isObject, type JsonObject, parseJson, showJson, textOf } from './json.js'

export const packageLock: Format = {
  name: 'package-lock',
  title: 'a lock file of npm',
  extensions: ['package-lock.json', 'npm-shrinkwrap.json'],
  takes: [],
  begins: (head) => /^\s*\{[\s\S]*"lockfileVersion"\s*:/.test(textOf(head)),
  async read(input) {
    if (typeof input.options.weights === 'string' || input.options.weights === true) {
      throw new RangeError('"weights" has no meaning for a lock file of npm: leave it out')
    }
    const lock = parseJson(await input.bytes(), input.problem)
    const { vertices, sources, targets } = packageGraph(lock, input.problem)
    return { kind: 'named', batches: [{ sources, targets }], vertices, directed: true }
  },
}

/** The packages of a lock file, each name@version once, and who depends on whom. */
export interface PackageGraph {
  /** Ids in the order of the file. */
  readonly vertices: readonly string[]
  /** Arc i leads from `sources[i]` to `targets[i]`; none is there twice. */
  readonly sources: readonly string[]
  readonly targets: readonly string[]
}

type Fail = (problem: string) => Error

const NO_NAME = '(root)'
const MODULES = 'node_modules/'
const VERSIONS = [1, 2, 3]

/**
 * @param lock the JSON of the file
 * @param fail makes the error when it is no lock file, and when it lacks a package that another one
 *   of it requires
 */
export function packageGraph(lock: unknown, fail: Fail): PackageGraph {
  if (!isObject(lock)) throw fail(`expected an object of npm's lock file, got ${showJson(lock)}`)
  const { lockfileVersion: version, packages } = lock
  if (version === undefined) {
    throw fail('has no "lockfileVersion": give package-lock.json, not package.json')
  }
  if (!VERSIONS.includes(version as number)) {
    const known = 'versions 1, 2 and 3 are read'
    throw fail(`has "lockfileVersion" ${showJson(version)}, ${known}; update ticktickclock`)
  }
  const arcs = new Arcs()
  // Version 2 has both: "dependencies" is there for old versions of npm.
  if (packages !== undefined) new Places(packages, arcs, fail).addAll()
  else addTree(lock, arcs, fail)
  return arcs.graph
}

/** Collects vertices and arcs, each once. */
class Arcs {
  readonly #targets = new Map<string, Set<string>>()

  vertex(id: string): void {
    if (!this.#targets.has(id)) this.#targets.set(id, new Set())
  }

  arc(from: string, to: string): void {
    this.vertex(from)
    this.vertex(to)
    this.#targets.get(from)?.add(to)
  }

  get graph(): PackageGraph {
    const sources: string[] = []
    const targets: string[] = []
    for (const [source, heads] of this.#targets) {
      for (const target of heads) {
        sources.push(source)
        targets.push(target)
      }
    }
    return { vertices: [...this.#targets.keys()], sources, targets }
  }
}

function idOf(name: string, version: unknown): string {
  return typeof version === 'string' && version !== '' ? `${name}@${version}` : name
}

/** Versions 2 and 3: every place where a package lies, by its path. */
class Places {
  readonly #places = new Map<string, JsonObject>()
  /** Names that only the links to a folder know. */
  readonly #linkNames = new Map<string, string>()
  readonly #arcs: Arcs
  readonly #fail: Fail

  constructor(packages: unknown, arcs: Arcs, fail: Fail) {
    this.#arcs = arcs
    this.#fail = fail
    if (!isObject(packages)) {
      throw fail(`"packages" expected an object, got ${showJson(packages)}`)
    }
    for (const [path, place] of Object.entries(packages)) {
      if (!isObject(place)) {
        throw fail(`package "${path}" expected an object, got ${showJson(place)}`)
      }
      this.#places.set(path, place)
      if (place.link === true) this.#linkNames.set(String(place.resolved), nameInPath(path))
    }
  }

  addAll(): void {
    for (const [path, place] of this.#places) {
      if (place.link === true) {
        this.#followed(path)
        continue
      }
      const id = this.#idAt(path)
      this.#arcs.vertex(id)
      for (const [name, isRequired] of wishesOf(place, path, this.#fail)) {
        const target = this.#find(path, name)
        if (target !== undefined) this.#arcs.arc(id, this.#idAt(target))
        else if (isRequired && !isOutside(path)) throw missing(id, name, this.#fail)
      }
    }
  }

  /** The nearest place of a package, links followed. */
  #find(from: string, name: string): string | undefined {
    for (const folder of foldersUp(from)) {
      const path = `${folder}${MODULES}${name}`
      if (this.#places.has(path)) return this.#followed(path)
    }
    return
  }

  /** Where a link leads; other paths as they are. */
  #followed(path: string): string {
    const place = this.#places.get(path) as JsonObject
    if (place.link !== true) return path
    const { resolved } = place
    const target = typeof resolved === 'string' ? this.#places.get(resolved) : undefined
    if (target !== undefined && target.link !== true) return resolved as string
    throw this.#fail(
      `package "${path}" is a link to ${showJson(resolved)}, which the lock file does not hold; ` +
        'run npm install to write it anew',
    )
  }

  #idAt(path: string): string {
    const { name, version } = this.#places.get(path) as JsonObject
    const own = typeof name === 'string' && name !== '' ? name : undefined
    if (path === '') return own ?? NO_NAME
    return idOf(own ?? this.#linkNames.get(path) ?? nameInPath(path), version)
  }
}

/** `@scope/name` of `…/node_modules/@scope/name`; of other folders the last part. */
function nameInPath(path: string): string {
  const at = path.lastIndexOf(MODULES)
  if (at >= 0) return path.slice(at + MODULES.length)
  return path.slice(path.lastIndexOf('/') + 1)
}

/** A folder beside the project, which npm links to and leaves alone. */
function isOutside(path: string): boolean {
  return path.startsWith('../')
}

/** Folders whose node_modules Node looks into, each with its slash: from `path` up to the root. */
function* foldersUp(path: string): Generator<string> {
  for (let folder = path; folder !== ''; ) {
    if (!/(^|\/)node_modules$/.test(folder)) yield `${folder}/`
    const cut = folder.lastIndexOf('/')
    folder = cut < 0 ? '' : folder.slice(0, cut)
  }
  yield ''
}

/**
 * What a package depends on, by name: true where it can't do without. Peers may be missing: npm can
 * be told to leave them out.
 */
function wishesOf(place: JsonObject, path: string, fail: Fail): Map<string, boolean> {
  const wishes = new Map<string, boolean>()
  const add = (kind: string, isRequired: boolean) => {
    const list = place[kind]
    if (list === undefined) return
    if (!isObject(list)) {
      throw fail(`"${kind}" of package "${path}" expected an object, got ${showJson(list)}`)
    }
    for (const name of Object.keys(list)) wishes.set(name, isRequired)
  }
  add('peerDependencies', false)
  // Only projects have these installed: the root, and folders that it links to.
  const isProject = !path.startsWith(MODULES) && !path.includes(`/${MODULES}`)
  if (isProject) add('devDependencies', true)
  add('dependencies', true)
  add('optionalDependencies', false)
  return wishes
}

function missing(id: string, name: string, fail: Fail): Error {
  return fail(
    `${id} depends on ${name}, which the lock file does not hold; run npm install to write it anew`,
  )
}

/** Version 1: packages in packages, as their folders lie. */
function addTree(lock: JsonObject, arcs: Arcs, fail: Fail): void {
  const root = typeof lock.name === 'string' && lock.name !== '' ? lock.name : NO_NAME
  const wanted = new Set<string>()
  const top = childrenOf(lock, root, fail)
  arcs.vertex(root)
  addChildren([top], arcs, fail, wanted)
  // The file does not say what the root asks for: surely for what nobody else does.
  for (const [name, child] of top) {
    const id = treeId(name, child)
    if (!wanted.has(id)) arcs.arc(root, id)
  }
}

type Children = Map<string, JsonObject>

/** Adds the packages of the last folder of `chain`, and those within them. */
function addChildren(chain: Children[], arcs: Arcs, fail: Fail, wanted: Set<string>): void {
  const folder = chain[chain.length - 1]
  for (const [name, child] of folder) {
    const id = treeId(name, child)
    arcs.vertex(id)
    const inner = [...chain, childrenOf(child, id, fail)]
    const { requires } = child
    // `requires: true` and none at all mean that there is nothing to list.
    for (const wish of isObject(requires) ? Object.keys(requires) : []) {
      const holder = inner.findLast((children) => children.has(wish))
      const found = holder?.get(wish)
      if (found === undefined) throw missing(id, wish, fail)
      const target = treeId(wish, found)
      if (target !== id) wanted.add(target)
      arcs.arc(id, target)
    }
    addChildren(inner, arcs, fail, wanted)
  }
}

function childrenOf(parent: JsonObject, id: string, fail: Fail): Children {
  const { dependencies = {} } = parent
  if (!isObject(dependencies)) {
    throw fail(`"dependencies" of ${id} expected an object, got ${showJson(dependencies)}`)
  }
  const children: Children = new Map()
  for (const [name, child] of Object.entries(dependencies)) {
    if (!isObject(child)) {
      throw fail(`package "${name}" in ${id} expected an object, got ${showJson(child)}`)
    }
    children.set(name, child)
  }
  return children
}

/** An alias has its own name in its version: npm:name@1.2.3. */
function treeId(name: string, { version }: JsonObject): string {
  const [, alias] = /^npm:(.+@.+)$/.exec(typeof version === 'string' ? version : '') ?? []
  return alias ?? idOf(name, version)
}
