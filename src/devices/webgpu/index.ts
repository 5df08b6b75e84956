import { DeviceUnavailableError } from '../../errors.js'
import type { Device } from '../device.js'
export async function openWebgpu(): Promise<Device> { throw new DeviceUnavailableError('not yet') }
