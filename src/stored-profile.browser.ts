/** A page has no files: `configure({ profile })`. Twin of stored-profile.node.ts. */

/** None. */
export function findStored(_named: string | undefined): undefined {
  return
}
