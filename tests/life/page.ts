/** Runs claims in a page, and posts each outcome to the server that it came from: which claims, its address says. */
import { type Claim, lifeClaims, singleAgentClaims } from "./claims.ts";
import { type Outcome, runClaims } from "./run-claims.ts";

/** What the page posts. */
export type Message = { readonly kind: "outcome"; readonly outcome: Outcome } | { readonly kind: "done" };

async function post(message: Message): Promise<void> {
  await fetch("./note", { method: "POST", body: JSON.stringify(message) });
}

const search = new URLSearchParams(location.search);
const missing = search.get("missing");
const only = search.get("only") ?? "";
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
const note = (outcome: Outcome): void => void posts.push(post({ kind: "outcome", outcome }));
await runClaims(
  claims.filter(([claim]) => claim.includes(only)),
  note,
);
if (missing === null) await runInWorker();
await Promise.all(posts);
await post({ kind: "done" });

/** Runs the claims about stores that a Worker creates. */
async function runInWorker(): Promise<void> {
  const worker = new Worker(`./life-creator.js?only=${encodeURIComponent(only)}`, { type: "module" });
  await new Promise<void>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Outcome | undefined>) => {
      if (data === undefined) resolve();
      else note(data);
    };
    worker.onerror = ({ message }) => {
      note({ claim: "a Worker of the page runs claims", problem: message, milliseconds: 0 });
      resolve();
    };
  });
  worker.terminate();
}
