/** Whether this machine has a GPU for tests, hardware or software, and why not. */

import { probeWebgpu } from '../../dist/devices/webgpu/index.js'

const probe = await probeWebgpu()

/** Why tests on the GPU are skipped; undefined when they run. */
export const noGpu = probe.available ? undefined : `${probe.reason}; ${probe.remedy}`

/** A suite's title, with the reason when it is skipped. */
export function gpuTitle(title: string): string {
  return noGpu === undefined ? title : `${title} [skipped: ${noGpu}]`
}
