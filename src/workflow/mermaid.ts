/**
 * A workflow as text in Mermaid's language of flowcharts (mermaid.js.org), which GitHub, editors
 * and documentation tools draw.
 */

import type { TaskDescription, WorkflowDescription } from './types.js'

/** A rectangle a task, a double-sided one for a BSP program; arrows carry the names of inputs. */
export function toMermaid({ tasks }: WorkflowDescription): string {
  const idOf = new Map(tasks.map(({ name }, index) => [name, `task${index}`]))
  const boxes = tasks.map((task) => {
    const label = `"${labelOf(task)}"`
    return `  ${idOf.get(task.name)}${task.kind === 'bsp' ? `[[${label}]]` : `[${label}]`}`
  })
  const arrows = tasks.flatMap(({ name, dependsOn }) =>
    Object.entries(dependsOn).map(
      ([input, from]) => `  ${idOf.get(from)} -->|"${escaped(input)}"| ${idOf.get(name)}`,
    ),
  )
  return ['flowchart LR', ...boxes, ...arrows, ''].join('\n')
}

function labelOf({ name, computation, processors }: TaskDescription): string {
  const program = computation?.replace(/^.*\//, '')
  const where = processors === undefined ? '' : `, ${processors} processors`
  return escaped(name) + (program === undefined ? '' : `<br/>${escaped(program + where)}`)
}

/** Mermaid's own way to write a character that means something in it: its number. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: line ends and such
  return text.replace(/["#%&<>`\\\u0000-\u001f]/g, (c) => `#${c.charCodeAt(0)};`)
}
