/**
 * The script of a Worker in a page that creates stores: unlike the page it may block. Posts each outcome to the page,
 * then undefined.
 */
import { growthClaims } from "./growth-claims.ts";
import { runClaims } from "./run-claims.ts";

const only = new URLSearchParams(location.search).get("only") ?? "";
const claims = growthClaims(new URL("./life-worker.js", location.href)).filter(([claim]) => claim.includes(only));
await runClaims(claims, (outcome) => postMessage(outcome));
postMessage(undefined);
