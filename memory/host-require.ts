/**
 * `require` for optional packages, where the host has it: Node, and only on Linux, where the packages are of use to us.
 *
 * And only on the main thread: a Worker that is terminated while it loads a native package can take the whole process
 * with it, since the package's calls of the host fail then, and it knows no other way out.
 */

/** What is used of Node's `process`. */
interface NodeProcess {
  readonly platform: string;
  readonly versions: { readonly node?: string; readonly bun?: string };
  getBuiltinModule?(name: string): unknown;
}

type Require = (name: string) => unknown;

let found: Require | null | undefined;

/**
 * Node's `require`; undefined elsewhere, and on Workers. Asked for at run time, so that no bundler looks for Node's
 * modules.
 */
export function createRequire(): Require | undefined {
  if (found === undefined) found = find() ?? null;
  return found ?? undefined;
}

function find(): Require | undefined {
  const { process } = globalThis as unknown as { readonly process?: NodeProcess };
  if (process?.platform !== "linux" || process.versions.node === undefined || process.versions.bun !== undefined)
    return undefined;
  const threads = process.getBuiltinModule?.("node:worker_threads") as { readonly isMainThread: boolean } | undefined;
  if (threads?.isMainThread !== true) return undefined;
  const module = process.getBuiltinModule?.("node:module") as { createRequire(url: string): Require } | undefined;
  return module?.createRequire(import.meta.url);
}
