/** A report as one page that needs nothing else and runs no script: tables and plots. */

import { escapeHtml } from './html-text.js'
import { type Machine, machineLines } from './machine.js'
import { STYLE } from './page-style.js'
import { plotHtml } from './plots.js'
import type { Chapter, Section } from './section.js'

/** The page. */
export function toHtml(machine: Machine, chapters: readonly Chapter[]): string {
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
    '<a class="skip" href="#content">Skip to the figures</a>',
    '<header>',
    `<h1>${title}</h1>`,
    ...machineLines(machine).map(paragraph),
    `<p>Command: <code>${escapeHtml(machine.command)}</code></p>`,
    '<p>Answers were compared before anything was timed. Dots are medians, bars behind them the ' +
      'quartiles. Less is better, except where a unit is a rate.</p>',
    navigation(chapters),
    '</header>',
    '<main id="content">',
    ...chapters.map(chapterHtml),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function navigation(chapters: readonly Chapter[]): string {
  const links = chapters.map(
    ({ title }) => `<li><a href="#${idOf(title)}">${escapeHtml(title)}</a></li>`,
  )
  return `<nav aria-label="Chapters"><ul>${links.join('')}</ul></nav>`
}

function idOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function chapterHtml({ title, sections }: Chapter): string {
  const id = idOf(title)
  return [
    `<section class="chapter" aria-labelledby="${id}">`,
    `<h2 id="${id}">${escapeHtml(title)}</h2>`,
    ...sections.map(sectionHtml),
    '</section>',
  ].join('\n')
}

function sectionHtml({ title, header, rows, notes, plot }: Section): string {
  const row = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((cell, i) => element(tag, cell, tag === 'td' && i === 0)).join('')}</tr>`
  // Wide tables scroll by themselves; what scrolls must be in reach of the keyboard.
  const table = [
    `<div class="wide" tabindex="0" role="region" aria-label="${escapeHtml(title)}"><table>`,
    `<thead>${row('th', header)}</thead>`,
    `<tbody>${rows.map((cells) => row('td', cells)).join('\n')}</tbody>`,
    '</table></div>',
  ]
  const figure = plot === undefined ? '' : plotHtml(plot)
  return [
    '<section>',
    `<h3>${escapeHtml(title)}</h3>`,
    `<div class="${figure === '' ? 'alone' : 'pair'}">`,
    figure === '' ? '' : `<div class="drawn">${figure}</div>`,
    '<div class="told">',
    ...(rows.length > 0 ? table : []),
    ...notes.map(paragraph),
    '</div>',
    '</div>',
    '</section>',
  ].join('\n')
}

function paragraph(text: string): string {
  return `<p${badClass(text)}>${escapeHtml(text)}</p>`
}

function element(tag: 'th' | 'td', text: string, isName: boolean): string {
  if (tag === 'th') return `<th scope="col">${escapeHtml(text)}</th>`
  if (isName) return `<th scope="row">${escapeHtml(text)}</th>`
  return `<td${badClass(text)}>${escapeHtml(text)}</td>`
}

function badClass(text: string): string {
  return /\b(MISSED|REFUSED)\b/.test(text) ? ' class="missed"' : ''
}
