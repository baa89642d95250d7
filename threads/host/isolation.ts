/**
 * Whether agents can share memory here.
 *
 * Browsers let a page share memory with its Workers when it is cross-origin isolated (HTML, "cross-origin isolated
 * capability"), which it asks for with two headers. Chromium and Firefox make shared `WebAssembly.Memory` on any page
 * and refuse to post it only; so a store of one agent needs no isolation there. A host that makes none at all has no
 * store.
 */

import { engine } from "../../core/base/engine.ts";
import { HeddleError } from "../../core/base/errors.ts";

/** The headers that a page is isolated with, and the values that do it. */
const isolatingHeaders = {
  "Cross-Origin-Opener-Policy": ["same-origin"],
  "Cross-Origin-Embedder-Policy": ["require-corp", "credentialless"],
} as const;

/** A header that isolates a page, along with the other. */
export type IsolationHeader = keyof typeof isolatingHeaders;

const bothHeaders = Object.keys(isolatingHeaders) as readonly IsolationHeader[];

/** How long the page's own address may take to answer, in milliseconds. */
const HEAD_PATIENCE = 3000;

/** The memory that all agents share cannot be made here, or cannot be handed to Workers. */
export class IsolationError extends HeddleError<"not-cross-origin-isolated" | "no-shared-memory"> {
  /**
   * The headers that the page was served without, or with another value. Both where that cannot be known; none where
   * both are there, and something else keeps the page from being isolated, or where headers would not help.
   */
  readonly missing: readonly IsolationHeader[];

  constructor(message: string, code: IsolationError["code"], missing: readonly IsolationHeader[] = []) {
    super(code, message);
    this.name = "IsolationError";
    this.missing = missing;
  }
}

const singleAgent = "; `createStore({ threads: 0 })` works without, on one thread that cannot block";

function headersError(missing: readonly IsolationHeader[], isKnown: boolean): IsolationError {
  const headers = missing.map((name) => `\`${name}: ${isolatingHeaders[name][0]}\``).join(" and ");
  const cause = isKnown ? "it was served without" : "serve it with";
  return new IsolationError(
    `the page is not cross-origin isolated, so its threads cannot share memory: ${cause} ${headers}${singleAgent}`,
    "not-cross-origin-isolated",
    missing,
  );
}

let hasSharedMemory: boolean | undefined;

/** Whether the host makes shared memories at all, be it for one agent. */
function makesSharedMemory(): boolean {
  if (hasSharedMemory === undefined) {
    try {
      new engine.Memory({ initial: 0, maximum: 0, shared: true });
      hasSharedMemory = true;
    } catch {
      hasSharedMemory = false;
    }
  }
  return hasSharedMemory;
}

interface PageScope {
  readonly crossOriginIsolated?: boolean;
  readonly isSecureContext?: boolean;
  readonly document?: object;
  readonly location?: { readonly href: string };
  readonly top?: unknown;
  readonly window?: unknown;
}
const scope = globalThis as PageScope;

/**
 * Raises an `IsolationError` where a store, with Workers or without, cannot have its memory. It blames both headers.
 */
export function requireSharedMemory(hasWorkers: boolean): void {
  const isIsolated =
    (globalThis as PageScope).crossOriginIsolated !== false && typeof SharedArrayBuffer !== "undefined";
  if (hasWorkers && !isIsolated) throw headersError(bothHeaders, false);
  if (!makesSharedMemory()) {
    if (!isIsolated) throw headersError(bothHeaders, false);
    throw new IsolationError("this host has no shared WebAssembly memory", "no-shared-memory");
  }
}

/**
 * The same error, if possible with the one cause: asks for the page's headers, as they are now. A Worker does not know
 * its page, and the answer does not count where the page has another origin than its address.
 */
export async function explainIsolation(error: IsolationError): Promise<IsolationError> {
  if (error.code !== "not-cross-origin-isolated" || scope.document === undefined || scope.location === undefined)
    return error;
  if (scope.isSecureContext === false) {
    return otherCause("its origin is not secure: serve it by https, or from localhost");
  }
  const headers = await headersOf(scope.location.href);
  if (headers === undefined) return error;
  const missing = bothHeaders.filter((name) => !isolates(name, headers.get(name)));
  if (missing.length > 0) return headersError(missing, true);
  if (scope.top !== scope.window) {
    return otherCause(
      'it is in a frame: the page around it must be isolated, too, and allow it with `allow="cross-origin-isolated"`',
    );
  }
  return otherCause("it was loaded before its address answered with the headers: load it anew");
}

function otherCause(cause: string): IsolationError {
  return new IsolationError(
    `the page is not cross-origin isolated, so its threads cannot share memory, since ${cause}${singleAgent}`,
    "not-cross-origin-isolated",
  );
}

function isolates(name: IsolationHeader, value: string | null): boolean {
  // Parameters, such as where to report to, follow a semicolon.
  const policy = value?.split(";")[0]?.trim();
  return (isolatingHeaders[name] as readonly (string | undefined)[]).includes(policy);
}

async function headersOf(address: string): Promise<Headers | undefined> {
  try {
    const response = await fetch(address, {
      method: "HEAD",
      mode: "same-origin",
      signal: AbortSignal.timeout(HEAD_PATIENCE),
    });
    return response.ok ? response.headers : undefined;
  } catch {
    return undefined; // such as a file: or blob: address, or a page without a network
  }
}
