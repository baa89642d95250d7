/**
 * Runs the litmus tests in a browser: the page posts each line to the server that it came from, and last how many
 * outcomes were forbidden.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { serve } from "../../demos/serve.ts";
import { packageImport } from "../tools/browser-build.ts";
import { onPost, openUntil } from "../tools/browser-page.ts";
import type { StartBrowser } from "../tools/browsers.ts";
import { bundle } from "../tools/build-dist.ts";
import { root } from "../tools/source-files.ts";
import type { Message } from "./page.ts";

const folder = `${root}build/litmus`;

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Heddle: litmus tests</title>
    <link rel="icon" href="data:," />
    <script type="importmap">{ "imports": { "heddle": "./heddle.js" } }</script>
    <script type="module" src="./page.js"></script>
  </head>
  <body></body>
</html>
`;

/** The page imports the package's bundle by its name, as anybody's page does. */
async function buildPage(): Promise<void> {
  await bundle(folder);
  await build({
    absWorkingDir: root,
    entryPoints: ["tests/litmus/page.ts"],
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2024",
    plugins: [packageImport("heddle")],
    logLevel: "warning",
  });
  copyFileSync(`${root}tests/litmus/publication.wat`, `${folder}/publication.wat`);
  writeFileSync(`${folder}/index.html`, page);
}

/** Resolves with the number of forbidden outcomes. Rejects when the page fails, or the browser ends before. */
export async function runInBrowser(
  start: StartBrowser,
  iterations: number,
  note: (line: string) => void,
): Promise<number> {
  await buildPage();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const post = onPost((body, response) => {
    const message = JSON.parse(body) as Message;
    if (message.kind === "line") note(message.line);
    else if (message.kind === "done") resolve(message.forbidden);
    else reject(new Error(message.problem));
    response.writeHead(204).end();
  });
  const server = await serve([folder], 0, post);
  try {
    return await openUntil(start, `${server.url}?iterations=${iterations}`, promise);
  } finally {
    server.close();
  }
}
