import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStore, IsolationError } from "../../../../api/heddle.ts";
import { exportsOf } from "../../support/programs.ts";

const opener = "Cross-Origin-Opener-Policy";
const embedder = "Cross-Origin-Embedder-Policy";

/** Makes this look like a page that is not isolated, whose address answers with these headers. */
function stubPage(headers: Record<string, string> | undefined, rest: object = {}): void {
  vi.stubGlobal("document", {});
  vi.stubGlobal("location", { href: "https://example.test/" });
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("fetch", () =>
    headers === undefined
      ? Promise.reject(new TypeError("no network"))
      : Promise.resolve(new Response(null, { headers })),
  );
  for (const [name, value] of Object.entries(rest)) vi.stubGlobal(name, value);
}

const failure = (): Promise<IsolationError> =>
  createStore({ threads: 1 }).then(
    () => expect.unreachable("a store was made"),
    (error: unknown) => error as IsolationError,
  );

describe("on a page that is not cross-origin isolated", () => {
  beforeEach(() => {
    vi.stubGlobal("crossOriginIsolated", false);
    vi.stubGlobal("SharedArrayBuffer", undefined);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("a store with Workers is an IsolationError that names the header which is missing", async () => {
    const isolatesEmbedding = { [embedder]: "require-corp" };
    const cases: readonly (readonly [headers: Record<string, string>, missing: readonly string[]])[] = [
      [{}, [opener, embedder]],
      [{ [opener]: "same-origin" }, [embedder]],
      [{ [embedder]: "credentialless" }, [opener]],
      [{ ...isolatesEmbedding, [opener]: "same-origin-allow-popups" }, [opener]],
      [{ ...isolatesEmbedding, [opener]: 'same-origin; report-to="x"' }, []],
    ];
    for (const [headers, missing] of cases) {
      stubPage(headers);
      const error = await failure();
      expect(error).toBeInstanceOf(IsolationError);
      expect(error).toMatchObject({ name: "IsolationError", code: "not-cross-origin-isolated", missing });
      for (const name of missing) expect(error.message).toContain(`${name}: `);
      expect(error.message).toContain("threads: 0");
    }
  });

  test("both headers are named where they cannot be known", async () => {
    stubPage(undefined);
    expect(await failure()).toMatchObject({
      missing: [opener, embedder],
      message: expect.stringContaining("serve it with"),
    });
  });

  test("other causes are named where the headers are right, or would not help", async () => {
    const headers = { [opener]: "same-origin", [embedder]: "require-corp" };
    stubPage(headers, { isSecureContext: false });
    expect(await failure()).toMatchObject({ missing: [], message: expect.stringContaining("https") });
    stubPage(headers, { isSecureContext: true, window: {}, top: {} });
    expect(await failure()).toMatchObject({ missing: [], message: expect.stringContaining("frame") });
  });

  test("a store of one agent works", async () => {
    const store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
    const { sum } = await exportsOf<{ sum(n: number): number }>(
      store,
      `(module (type $cell (shared (struct (field (mut i32)) (field (ref null $cell)))))
        (func (export "sum") (param $n i32) (result i32) (local $list (ref null $cell)) (local $sum i32)
          (loop $l (local.set $list (struct.new $cell (local.get $n) (local.get $list)))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (loop $l (local.set $sum (i32.add (local.get $sum) (struct.atomic.get $cell 0 (local.get $list))))
            (br_if $l (i32.eqz (ref.is_null (local.tee $list (struct.get $cell 1 (local.get $list)))))))
          (local.get $sum)))`,
    );
    expect(sum(1000)).toBe(500500);
    store.collect();
    await store.close();
  });
});
