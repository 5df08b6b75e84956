/** Division of BigInts toward minus infinity, which the language's own is not. */

/** The greatest whole number at or below a / b, for b > 0. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient
}

/** a − b · floor(a / b): in [0, b) for b > 0. */
export function modulo(a: bigint, b: bigint): bigint {
  const rest = a % b
  return rest < 0n ? rest + b : rest
}
