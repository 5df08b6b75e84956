/**
 * The force pass of molecular dynamics: Lennard-Jones forces in reduced units (σ = ε = m = 1)
 * between particles in cells of a periodic box, on one device. Used by the program
 * programs/molecular-dynamics.ts; implementations are chosen by open.ts.
 *
 * The potential is cut off with shifted force (Toxvaerd and Dyre, J. Chem. Phys. 134, 081102,
 * 2011): U(r) − U(r_c) + (r − r_c)·F(r_c) below r_c, 0 from there on. Energy and force are
 * continuous, so that the integrator conserves energy.
 */

/** What doesn't change in a run. */
export interface ForceRequest {
  /** Edge of the box. */
  boxLength: number
  /** r_c, at most half of the edge. */
  cutoff: number
  /** Cells whose forces are asked for: the first ones. */
  ownCells: number
  /** u32[ownCells + 1]: where each own cell's neighbours begin. */
  neighborStarts: Uint32Array
  /** Cells, itself among them, in the order in which forces are added up. */
  neighbors: Uint32Array
  /** Most particles that a pass may have. */
  capacity: number
}

/** Particles, cell by cell. */
export interface Cells {
  /** u32[cells + 1]: first particle of each cell. */
  starts: Uint32Array
  /** Coordinates in [0, boxLength). */
  x: Float64Array
  y: Float64Array
  z: Float64Array
}

/** Per particle of own cells: force, and half of the energy of its pairs. */
export interface Forces {
  x: Float64Array
  y: Float64Array
  z: Float64Array
  energy: Float64Array
}

/** A force pass that is ready. */
export interface ForcePass {
  /** Fills `forces`, as long as own cells have particles. */
  compute(cells: Cells, forces: Forces): Promise<void>
  dispose(): void
}

/** U and F = −dU/dr of two particles at a distance, without cutoff. */
export function lennardJonesPair(distance: number): { energy: number; force: number } {
  const attraction = distance ** -6
  const energy = 4 * (attraction ** 2 - attraction)
  return { energy, force: (24 * (2 * attraction ** 2 - attraction)) / distance }
}
