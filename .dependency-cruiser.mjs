/**
 * Who may import whom: the table of ARCHITECTURE.md as rules. test/house/imports.test.ts proves
 * that each rule bites.
 *
 * `#…` imports resolve to dist/, the compiled twin of src/, so rules name both.
 */

/** Folder of src/ → folders that it may import besides itself and the root leaves. */
export const MAY_IMPORT = {
  graph: [],
  time: [],
  cost: [],
  telemetry: [],
  workers: ['time'],
  devices: ['workers', 'time', 'graph'],
  transport: ['workers', 'time'],
  kernels: ['devices', 'graph', 'cost'],
  bsp: ['transport', 'graph', 'time', 'cost'],
  temporal: ['time', 'graph'],
  mesh: ['time', 'temporal'],
  programs: ['bsp', 'kernels', 'devices', 'transport', 'graph', 'cost', 'time'],
  workflow: ['bsp', 'time'],
  stream: ['time', 'temporal', 'transport'],
}

const CODE = '^(src|dist)/'
/** Root files that import no folder. */
const LEAF_NAMES =
  'errors(-base|-bsp|-workflow)?|packed-error|limits|units|random|events|event-bus|profile|config|' +
  'check|cycle|turn|variants|(wasm|stored-profile)([.](node|browser))?'
const LEAF = `${CODE}(${LEAF_NAMES})[.]`
/** What joins everything: the package's entries, and the worker that serves their calls. */
const ENTRY = `${CODE}(index[^/]*[.](ts|js|d[.]ts)$|(worker|browser)/)`
/** Scripts of workers are entries, too; they lie where workers are made, so that bundles work. */
const WORKER_SCRIPT = '^src/workers/[^/]+-worker[.](node|browser)[.]ts$'
const PUBLIC_ENTRY =
  '^dist/(index|index[.]browser|(bsp|cost|graph|programs|telemetry|workflow|worker)/index)' +
  '[.](js|d[.]ts)$'
/** Constants that TypeScript and AssemblyScript both compile. */
const CONSTANTS = `${CODE}(.+/layout|workers/control)[.](ts|js|d[.]ts)$`

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const folderRules = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `folder-${folder}`,
  comment: `src/${folder} may import ${['the root leaves', ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: WORKER_SCRIPT },
  to: { path: CODE, pathNot: [`${CODE}(${[folder, ...allowed].join('|')})/`, LEAF] },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...folderRules,
    {
      name: 'folder-unknown',
      comment: 'a new folder of src/ needs a row in the table of ARCHITECTURE.md and in MAY_IMPORT',
      severity: 'error',
      from: {
        path: '^src/[^/]+/',
        pathNot: `^src/(cli|worker|browser|${Object.keys(MAY_IMPORT).join('|')})/`,
      },
      to: {},
    },
    {
      name: 'leaf',
      comment: "root files other than entries import no folder, only the host's clock",
      severity: 'error',
      from: { path: '^src/[^/]+[.]ts$', pathNot: ENTRY },
      to: { path: `${CODE}([^/]+/|index)`, pathNot: `${CODE}time/system[.]` },
    },
    {
      name: 'root-file-unknown',
      comment: 'a root file is an entry or a leaf: name it in LEAF or ENTRY',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+$', pathNot: [LEAF, ENTRY] },
    },
    {
      name: 'contract',
      comment: 'a contract imports no implementation: nothing of its own folder but constants',
      severity: 'error',
      from: {
        path:
          '^src/(devices/device|workers/pool|transport/transport|time/clock|' +
          'graph/formats/format)[.]ts$',
      },
      to: { path: `${CODE}(devices|workers|transport|time|graph/formats)/`, pathNot: CONSTANTS },
    },
    {
      name: 'kernel-types',
      comment: "a kernel's types import none of its implementations",
      severity: 'error',
      from: { path: '^src/kernels/([^/]+)/types[.]ts$' },
      to: { path: '^src/kernels/$1/', pathNot: CONSTANTS },
    },
    {
      name: 'kernel-reference',
      comment:
        'the reference shares no code with WASM or WGSL: it is what they are checked against',
      severity: 'error',
      from: { path: '^src/kernels/[^/]+/reference' },
      to: { path: '/(wasm|webgpu)([.]|/)|^src/wasm[.]' },
    },
    {
      name: 'platform',
      comment: 'node: imports only in *.node.ts and cli/',
      severity: 'error',
      from: { path: '^src/', pathNot: ['[.]node[.]ts$', '^src/cli/'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'platform-twin',
      comment: 'platform files are reached through # imports, never by their own name',
      severity: 'error',
      from: { path: '^src/', pathNot: ['[.](node|browser)[.]ts$', '^src/cli/'] },
      to: { path: '^src/.+[.](node|browser)[.]ts$', pathNot: ENTRY },
    },
    {
      name: 'constants',
      comment: 'layout.ts and workers/control.ts are compiled by AssemblyScript too: no imports',
      severity: 'error',
      from: { path: '^src/(.+/layout|workers/control)[.]ts$' },
      to: {},
    },
    {
      name: 'assembly',
      comment: 'assembly/ imports itself and constants of src/ (layout.ts, workers/control.ts)',
      severity: 'error',
      from: { path: '^assembly/' },
      to: { pathNot: ['^assembly/', CONSTANTS] },
    },
    {
      name: 'public-entries',
      comment: "demo/, bench/ and examples/ import the package's public entries only",
      severity: 'error',
      from: { path: '^(demo|bench|examples)/', pathNot: '[.]config[.]ts$' },
      to: {
        path: '^(src|dist|assembly|shaders|test|scripts|demo|bench|examples)/',
        pathNot: ['^$1/', PUBLIC_ENTRY],
      },
    },
    {
      name: 'no-tests-in-code',
      comment: 'the package does not import tests or scripts',
      severity: 'error',
      from: { path: '^(src|assembly)/' },
      to: { path: '^(test|scripts|demo|bench|examples)/' },
    },
    {
      name: 'dev-dependency',
      comment: 'the package imports no development dependency, types and optional peers excepted',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer', 'npm-optional', 'type-only'],
      },
    },
    {
      name: 'no-circular',
      comment: 'no cycles, not even of types alone',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'an import that leads nowhere (is dist/ built?)',
      severity: 'error',
      from: { pathNot: '^assembly/' },
      to: { couldNotResolve: true, pathNot: '[?](url|raw|worker)' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: ['/node_modules/.*/node_modules/', '^node_modules/@types/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.d.ts', '.json', '.css'],
    },
    skipAnalysisNotInRules: true,
  },
}
