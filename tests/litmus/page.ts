/**
 * Runs the litmus tests in a page. Browsers do not say what processor they have, so references are stored atomically
 * there, always.
 */
import { runPublication } from "./publication.ts";

/** What the page posts. */
export type Message =
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "done"; readonly forbidden: number }
  | { readonly kind: "failed"; readonly problem: string };

async function post(message: Message): Promise<void> {
  await fetch("./note", { method: "POST", body: JSON.stringify(message) });
}

const iterations = Number(new URLSearchParams(location.search).get("iterations"));
try {
  const source = await (await fetch("./publication.wat")).text();
  const lines: Promise<void>[] = [];
  const forbidden = await runPublication(source, iterations, false, (line) => lines.push(post({ kind: "line", line })));
  await Promise.all(lines);
  await post({ kind: "done", forbidden });
} catch (error) {
  await post({ kind: "failed", problem: String(error) });
}
