/** Where the classic script came from: what `import.meta.url` is to a module; see build.mjs. */

/** Known while the script runs for the first time, and only then. */
export const scriptPlace: string =
  (document.currentScript as HTMLScriptElement | null)?.src ?? document.baseURI
