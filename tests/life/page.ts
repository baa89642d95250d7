/** Runs claims in a page, and posts each outcome to the server that it came from: which claims, its address says. */
import { type Claim, lifeClaims, singleAgentClaims } from "./claims.ts";
import { type Outcome, runClaims } from "./run-claims.ts";

/** What the page posts. */
export type Message = { readonly kind: "outcome"; readonly outcome: Outcome } | { readonly kind: "done" };

async function post(message: Message): Promise<void> {
  await fetch("./note", { method: "POST", body: JSON.stringify(message) });
}

const missing = new URLSearchParams(location.search).get("missing");
const claims: readonly Claim[] =
  missing === null
    ? lifeClaims({
        script: new URL("./life-worker.js", location.href),
        closingScript: new URL("./life-closing-worker.js", location.href),
        canExitInWait: false,
        endsByRejection: false,
      })
    : singleAgentClaims(missing);
const posts: Promise<void>[] = [];
await runClaims(claims, (outcome) => void posts.push(post({ kind: "outcome", outcome })));
await Promise.all(posts);
await post({ kind: "done" });
