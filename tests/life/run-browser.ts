/** Runs the claims in a browser: on a page that is cross-origin isolated, and on pages that lack one header or both. */
import { writeFileSync } from "node:fs";
import { build } from "esbuild";
import { isolation, serve } from "../../demos/serve.ts";
import { onPost, openUntil } from "../tools/browser-page.ts";
import type { StartBrowser } from "../tools/browsers.ts";
import { bundle } from "../tools/build-dist.ts";
import { type Counts, noCounts } from "../tools/counts.ts";
import { root } from "../tools/source-files.ts";
import type { Message } from "./page.ts";

const folder = `${root}build/life`;
const opener = "Cross-Origin-Opener-Policy";
const embedder = "Cross-Origin-Embedder-Policy";

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Heddle: life and death</title>
    <link rel="icon" href="data:," />
    <script type="module" src="./life-page.js"></script>
  </head>
  <body></body>
</html>
`;

async function buildPage(): Promise<void> {
  await bundle(folder);
  await build({
    absWorkingDir: root,
    entryPoints: {
      "life-page": "tests/life/page.ts",
      "life-worker": "tests/life/worker.ts",
      "life-creator": "tests/life/creator.ts",
      "life-closing-worker": "tests/life/closing-worker.ts",
    },
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["node:*"],
    logLevel: "warning",
  });
  writeFileSync(`${folder}/index.html`, html);
}

/** Runs one page with all its claims; a browser that ends or is silent fails. */
async function runPage(
  start: StartBrowser,
  missing: readonly string[] | undefined,
  only: string,
  counts: { passed: number; failed: number },
  note: (line: string) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (message: Message): void => {
    if (message.kind === "done") {
      resolve();
      return;
    }
    const { claim, problem, milliseconds } = message.outcome;
    if (problem === undefined) counts.passed++;
    else counts.failed++;
    note(problem === undefined ? `ok   ${claim} (${milliseconds} ms)` : `FAIL ${claim}\n     ${problem}`);
  };
  const headers = Object.fromEntries(Object.entries(isolation).filter(([name]) => missing?.includes(name) !== true));
  const post = onPost((body, response) => {
    response.writeHead(204).end();
    take(JSON.parse(body) as Message);
  });
  const server = await serve([folder], 0, post, headers);
  try {
    const search = new URLSearchParams({ only, ...(missing === undefined ? {} : { missing: missing.join() }) });
    await openUntil(start, `${server.url}?${search}`, promise);
  } finally {
    server.close();
  }
}

/** `only`: words of the claims that are to be run. */
export async function runInBrowser(start: StartBrowser, only: string, note: (line: string) => void): Promise<Counts> {
  await buildPage();
  const counts = { ...noCounts };
  for (const missing of [undefined, [opener, embedder], [opener], [embedder]])
    await runPage(start, missing, only, counts, note);
  return counts;
}
