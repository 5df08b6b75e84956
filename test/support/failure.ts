/** What a promise rejects with; a failure of the test when it doesn't. */

// biome-ignore lint/suspicious/noExplicitAny: tests look at any property of an error
export async function failureOf(promise: PromiseLike<unknown>): Promise<any> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`)
}
