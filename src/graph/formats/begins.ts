/**
 * First bytes, compared.
 */

/** Whether bytes begin with this ASCII text. */
export function beginsWith(head: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (head[i] !== text.charCodeAt(i)) return false
  return true
}
