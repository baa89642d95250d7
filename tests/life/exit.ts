interface Scope {
  readonly process?: { exit(code: number): never };
  close?(): void;
}
const scope = globalThis as Scope;

/** Ends this thread. */
export function exit(): void {
  // Browsers have no `process`, and elsewhere it ends this thread only.
  if (scope.process !== undefined) scope.process.exit(1);
  else scope.close?.();
}
