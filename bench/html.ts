/** A report as one page that needs nothing else: tables, plots, light and dark. */

import { escapeHtml } from './html-text.js'
import { type Machine, machineLines } from './machine.js'
import { plotSvg } from './plot.js'
import type { Section } from './print-pagerank.js'

const STYLE = `
:root { color-scheme: light dark;
  --page: #fbfaf8; --text: #23211e; --quiet: #6b6761; --line: #dcd8d1;
  --first: #0b6e99; --second: #b4530a; --third: #6a7f1f }
@media (prefers-color-scheme: dark) { :root {
  --page: #191817; --text: #e8e4de; --quiet: #a09a92; --line: #3b3835;
  --first: #5cb8e0; --second: #f0a05a; --third: #b3cc5e } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--page);
  color: var(--text); font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 0 .5rem }
h2 { font-size: 1.05rem; margin: 2.2rem 0 .6rem }
p { margin: .2rem 0; color: var(--quiet) }
code { font-family: ui-monospace, monospace; color: var(--text) }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .8rem; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
th { font-weight: 600; color: var(--quiet) }
.missed { color: var(--second); font-weight: 600 }
svg { display: block; width: 100%; max-width: 38rem; margin-top: 1rem }
svg text { fill: var(--quiet); font-size: 12px }
svg path { fill: none; stroke-width: 2 }
svg .grid, svg .axis { stroke: var(--line); stroke-width: 1 }
.s0 { --own: var(--first) } .s1 { --own: var(--second) } .s2 { --own: var(--third) }
svg g path { stroke: var(--own) } svg g circle { fill: var(--own) }
svg .dashed path { stroke: var(--quiet); stroke-dasharray: 5 5; stroke-width: 1.5 }
`

/** The page. */
export function toHtml(machine: Machine, sections: readonly Section[]): string {
  const title = 'ticktickclock benchmarks'
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${title}</h1>`,
    ...machineLines(machine).map(paragraph),
    `<p>Command: <code>${escapeHtml(machine.command)}</code></p>`,
    ...sections.map(sectionHtml),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function sectionHtml({ title, header, rows, notes, plot }: Section): string {
  const row = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((cell) => element(tag, cell)).join('')}</tr>`
  const table = [
    '<div class="wide"><table>',
    `<thead>${row('th', header)}</thead>`,
    `<tbody>${rows.map((cells) => row('td', cells)).join('\n')}</tbody>`,
    '</table></div>',
  ]
  return [
    '<section>',
    `<h2>${escapeHtml(title)}</h2>`,
    ...(rows.length > 0 ? table : []),
    ...notes.map(paragraph),
    ...(plot === undefined ? [] : [plotSvg(plot)]),
    '</section>',
  ].join('\n')
}

function paragraph(text: string): string {
  return element('p', text)
}

function element(tag: 'p' | 'th' | 'td', text: string): string {
  const isBad = /\b(MISSED|REFUSED)\b/.test(text)
  return `<${tag}${isBad ? ' class="missed"' : ''}>${escapeHtml(text)}</${tag}>`
}
