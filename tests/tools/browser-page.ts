/** What runs of pages in browsers have in common: pages post what they found to the server that they came from. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { StartBrowser } from "./browsers.ts";

/** Answers POST requests of a page: `take` gets the body, and ends the response. */
export function onPost(
  take: (body: string, response: ServerResponse, url: string | undefined) => void,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    if (request.method !== "POST") return false;
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => take(body, response, request.url));
    return true;
  };
}

/** Opens a page and resolves with what comes of it; rejects where the browser ends before. */
export async function openUntil<T>(start: StartBrowser, url: string, outcome: Promise<T>): Promise<T> {
  const browser = await start(url);
  const ended = browser.gone.then((reason): never => {
    throw new Error(reason);
  });
  try {
    return await Promise.race([outcome, ended]);
  } finally {
    await browser.close();
  }
}
