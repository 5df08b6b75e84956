/** Finds who waits for each other: what a graph of dependencies must not have. */

/**
 * The first cycle that a depth-first search meets, from node 0 on: its members in order, each
 * waiting for the next, the last for the first. Undefined where there is none.
 *
 * @param waitsFor for each node those that it waits for; numbers below the length
 */
export function findCycle(waitsFor: readonly (readonly number[])[]): number[] | undefined {
  const isDone = new Uint8Array(waitsFor.length)
  const placeOnPath = new Int32Array(waitsFor.length).fill(-1)
  for (let start = 0; start < waitsFor.length; start++) {
    // A stack of its own: chains may be longer than the host's stack is deep.
    const path: { node: number; next: number }[] = []
    const enter = (node: number) => {
      placeOnPath[node] = path.length
      path.push({ node, next: 0 })
    }
    if (!isDone[start]) enter(start)
    while (path.length > 0) {
      const top = path[path.length - 1]
      if (top.next === waitsFor[top.node].length) {
        path.pop()
        placeOnPath[top.node] = -1
        isDone[top.node] = 1
        continue
      }
      const node = waitsFor[top.node][top.next++]
      if (placeOnPath[node] >= 0) return path.slice(placeOnPath[node]).map((each) => each.node)
      if (!isDone[node]) enter(node)
    }
  }
  return undefined
}
