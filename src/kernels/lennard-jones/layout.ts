// The parameter block that src/kernels/lennard-jones/wasm.ts fills and assembly/lennard-jones.ts
// reads. Compiled twice, by TypeScript and by AssemblyScript: constants only. Byte offsets; u32
// unless said otherwise.

/** Addresses of the coordinates of all particles, f64. */
export const X = 0
export const Y = 4
export const Z = 8
/** Addresses of the forces on own particles, f64. */
export const FORCE_X = 12
export const FORCE_Y = 16
export const FORCE_Z = 20
/** Address of each own particle's half of its pairs' energies, f64. */
export const ENERGY = 24
/** Address of the first particle of each cell, and one past the last. */
export const CELL_START = 28
/** Cells whose particles' forces are asked for: the first ones. */
export const OWN_CELLS = 32
/** Address of where each own cell's neighbours begin, and of the neighbours. */
export const NEIGHBOR_START = 36
export const NEIGHBORS = 40
/** f64: edge of the periodic box, cutoff distance, energy and force there. */
export const BOX_LENGTH = 48
export const CUTOFF = 56
export const CUTOFF_ENERGY = 64
export const CUTOFF_FORCE = 72
export const PARAMETER_BYTES = 80
