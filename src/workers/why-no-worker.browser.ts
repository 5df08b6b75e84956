/**
 * Why a web worker didn't start. Browsers tell the page no more than that it failed; what refused
 * it, and which URL, has to be gathered from events and reports of the page's policies.
 */

/** Events and most reports come a little after the worker's error; some reports never do. */
const REPORT_WAIT_MS = 100

/** What Chromium reports; lib.dom doesn't know it, and only as JSON has it a body. */
interface PolicyReport {
  toJSON?(): { type: string; body: { type?: string; blockedURL?: string } | null }
}

type Observe = new (take: (reports: readonly unknown[]) => void) => { observe(): void }

let isWatching = false
/** The last script or worker that a content security policy refused. */
let refused: { url: string; directive: string } | undefined
/** The last worker's script that came without the embedder policy of its page. */
let bare: string | undefined

/** Listens for what the page's policies refuse; called before the first worker can fail. */
export function watchPolicies(): void {
  if (isWatching) return
  isWatching = true
  globalThis.addEventListener?.('securitypolicyviolation', (event) => {
    const { blockedURI: url, effectiveDirective: directive } = event as SecurityPolicyViolationEvent
    if (/^(worker|child|script)-src/.test(directive)) refused = { url, directive }
  })
  const { ReportingObserver: Observer } = globalThis as { ReportingObserver?: Observe }
  if (Observer === undefined) return
  const observer = new Observer((reports) => {
    for (const report of reports as PolicyReport[]) {
      const { type, body } = report.toJSON?.() ?? {}
      if (type === 'coep' && body?.type === 'worker initialization') bare = body.blockedURL
    }
  })
  observer.observe()
}

/**
 * The cause in words, as far as the browser tells.
 *
 * @param event the worker's `error` event
 * @param expected where the package looks for the script, unless a bundler has renamed it;
 *   undefined for a worker that the user made
 */
export async function explainFailure(event: Event, expected: string | undefined): Promise<string> {
  // A script that runs and throws says what; one that was not loaded says nothing.
  const { message, filename, lineno } = event as ErrorEvent
  if (message) return filename ? `${message} (${filename}:${lineno})` : message
  await new Promise((resolve) => setTimeout(resolve, REPORT_WAIT_MS))
  const [policy, reported] = [refused, bare]
  refused = undefined
  bare = undefined
  if (policy !== undefined) {
    return (
      `its script could not be loaded: the page's content security policy refuses ${policy.url} ` +
      `(${policy.directive}); allow it with worker-src 'self'`
    )
  }
  const unprotected = reported ?? (await whichIsBare(expected))
  if (unprotected !== undefined) {
    return (
      'its script could not be loaded: the page is cross-origin isolated, and ' +
      `${unprotected} came without the header Cross-Origin-Embedder-Policy: require-corp; send ` +
      'it with scripts of workers, too'
    )
  }
  const where =
    expected === undefined
      ? 'its script, named by "workerFactory", could not be loaded'
      : `its script could not be loaded: ${expected}, or what a bundler renamed that to, is not ` +
        'there or is no JavaScript'
  return globalThis.crossOriginIsolated
    ? `${where}, or came without the header Cross-Origin-Embedder-Policy: require-corp`
    : where
}

/** The script, if the page is isolated and it is there but doesn't say that it is, too. */
async function whichIsBare(script: string | undefined): Promise<string | undefined> {
  if (script === undefined || !globalThis.crossOriginIsolated) return
  try {
    const { ok, headers } = await fetch(script, { method: 'HEAD' })
    const isScript = /javascript/.test(headers.get('content-type') ?? '')
    if (ok && isScript && !headers.has('cross-origin-embedder-policy')) return script
  } catch {
    // Not to be had, or the page's policy forbids to ask: nothing is known of it.
  }
}
