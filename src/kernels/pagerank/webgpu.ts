import type { ResidentGraph } from '../../devices/device.js'
import type { PagerankPlan, PagerankRun } from './types.js'
export async function pagerankWebgpu(_r: ResidentGraph, _p: PagerankPlan): Promise<PagerankRun> { throw new Error('not yet') }
