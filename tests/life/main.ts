/**
 * What must hold when Workers die, and when there are too few of them, on any host; and in browsers, how a page fares
 * that is not cross-origin isolated.
 *
 *     npm run life -- [--host=node|deno|bun|chromium|firefox] [--only=WORDS of a claim]
 *
 * The last line counts the claims.
 */
import { parseArgs } from "node:util";
import { isHere, runUnder } from "../conformance/hosts.ts";
import { type Counts, formatCounts, noCounts } from "../tools/counts.ts";
import { lifeClaims } from "./claims.ts";
import { growthClaims } from "./growth-claims.ts";
import { runClaims } from "./run-claims.ts";

const hosts = ["node", "deno", "bun", "chromium", "firefox"] as const;
type Host = (typeof hosts)[number];

async function runHere(host: Host): Promise<Counts> {
  const script = new URL("./worker.ts", import.meta.url);
  const counts = { ...noCounts };
  const closingScript = host === "node" ? undefined : new URL("./closing-worker.ts", import.meta.url);
  const claims = [
    ...lifeClaims({ script, closingScript, canExitInWait: host === "node", endsByRejection: true }),
    ...growthClaims(script),
  ].filter(([claim]) => claim.includes(only));
  await runClaims(claims, ({ claim, problem, milliseconds }) => {
    if (problem === undefined) counts.passed++;
    else counts.failed++;
    console.log(problem === undefined ? `ok   ${claim} (${milliseconds} ms)` : `FAIL ${claim}\n     ${problem}`);
  });
  return counts;
}

const { values } = parseArgs({
  options: { host: { type: "string", default: "node" }, only: { type: "string", default: "" } },
});
const { only } = values;
const host = hosts.find((one) => one === values.host);
if (host === undefined) throw new Error(`--host=${values.host} is none of ${hosts.join(", ")}`);

if (host === "chromium" || host === "firefox") {
  // Loaded only for that: it needs Playwright and esbuild.
  const { runInBrowser } = await import("./run-browser.ts");
  const { chromiumStarter, firefoxStarter } = await import("../tools/browsers.ts");
  const counts = await runInBrowser(host === "chromium" ? chromiumStarter() : firefoxStarter(), only, console.log);
  console.log(`life, ${host}: ${formatCounts(counts)}`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
} else if (host !== "node" && !isHere(host)) {
  process.exitCode = await runUnder(host, import.meta.filename, [`--host=${host}`, `--only=${only}`]);
} else {
  const counts = await runHere(host);
  console.log(`life, ${host}: ${formatCounts(counts)}`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}
