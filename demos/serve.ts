/**
 * A static server with the two headers that make a page cross-origin isolated, which shared memory needs in browsers:
 * `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`.
 */
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".wat": "text/plain; charset=utf-8",
};
/** The headers that make a page cross-origin isolated, and let it load what is served with them. */
export const isolation: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** A running server. */
export interface StaticServer {
  readonly url: string;
  close(): void;
}

/** Answers requests that are not about files; false for those that are. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Serves folders: the first one that has a file wins. Port 0 takes any free port. What `answers` takes is not looked
 * up. All files come with `headers`.
 */
export function serve(
  folders: readonly string[],
  port = 0,
  answers: Answer = () => false,
  headers: Readonly<Record<string, string>> = isolation,
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    if (answers(request, response)) return;
    const path = requestedPath(request.url ?? "/");
    if (path === undefined) response.writeHead(400, headers).end("bad request");
    else answer(response, folders, path.endsWith("/") ? `${path}index.html` : path, headers);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${taken}/`, close: () => closeServer() });
    });
  });

  function closeServer(): void {
    server.close();
    server.closeAllConnections();
  }
}

/**
 * The path of a request, from the root: normalize() resolves every `..` against it, so that no path leaves the folder.
 */
function requestedPath(url: string): string | undefined {
  try {
    return normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
  } catch {
    return undefined; // not a URL, or not UTF-8 when decoded
  }
}

function answer(
  response: ServerResponse,
  folders: readonly string[],
  path: string,
  headers: Readonly<Record<string, string>>,
): void {
  const file = folders
    .map((folder) => join(folder, path))
    .find((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true);
  if (file === undefined) {
    response.writeHead(404, headers).end("not found");
    return;
  }
  const type = contentTypes[extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { ...headers, "Content-Type": type, "Cache-Control": "no-store" }).end(readFileSync(file));
}
