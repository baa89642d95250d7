/** Where the script of a Worker is: beside this file in the sources, `heddle-worker.js` beside the bundle. */
export function workerScript(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("./worker.ts", import.meta.url)
    : new URL("./heddle-worker.js", import.meta.url);
}
