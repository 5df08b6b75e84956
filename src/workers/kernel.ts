/** What every kernel's export looks like from JavaScript. */

/** @returns a status: DONE, AGAIN after a slice, or 2 when the run was aborted */
export type Kernel = (thread: number, threads: number, parameters: number) => number

/** Results of a kernel call; the same numbers as in assembly/control.ts. */
export const DONE = 0
export const AGAIN = 1
