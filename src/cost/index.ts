/**
 * The BSP cost model: what supersteps take, what machines need for them, how good a prediction was.
 *
 * @module ticktickclock/cost
 */

export { ConfigError } from '../errors.js'
export {
  type CostProfile,
  type DeviceFigures,
  type KernelFigures,
  type ProfiledKernel,
  type ProfileOrigin,
  parseProfile,
  type TransportFigures,
} from '../profile.js'
export {
  analyzePerformance,
  efficiency,
  type PerformanceAnalysis,
  type SpeedupPoint,
  scalability,
} from './analysis.js'
export {
  type CostSample,
  type DegenerateSamples,
  type EstimateOptions,
  estimateParameters,
  type ParameterFit,
} from './fit.js'
export {
  type CostParams,
  predictRunTime,
  predictSuperstepTime,
  type SuperstepLoad,
} from './params.js'
export {
  type CostParamsRequest,
  costParams,
  type ProfiledParams,
  type ProfiledTransport,
} from './profile.js'
export { type TunedCandidate, type TuneRequest, type TuneResult, tune } from './tune.js'
