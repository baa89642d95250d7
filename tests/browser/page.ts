/** What the browser test calls inside the page: the same programs as under Node, through the package's public entry. */
import { runChurn, runCounter } from "../programs/run.ts";

async function program(name: string): Promise<string> {
  return (await fetch(`./${name}`)).text();
}

/** Functions for `page.evaluate`; whatever they return can be cloned. */
export const inPage = {
  counter: async (threads: number, times: number) => runCounter(await program("counter.wat"), threads, times),
  churn: async (threads: number, count: number, maximum: number) => runChurn(await program("churn.wat"), threads, count, maximum),
};

(globalThis as { inPage?: typeof inPage }).inPage = inPage;
document.documentElement.dataset["state"] = "ready";
