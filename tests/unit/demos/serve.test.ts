import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StaticServer, serve } from "../../../demos/serve.ts";

let folder = "";
let server: StaticServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heddle-serve-"));
  mkdirSync(join(folder, "public"));
  writeFileSync(join(folder, "public", "index.html"), "<p>page</p>");
  writeFileSync(join(folder, "secret.txt"), "secret");
  server = await serve([join(folder, "public")]);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test("pages are cross-origin isolated", async () => {
  const response = await fetch(server.url);
  expect(await response.text()).toBe("<p>page</p>");
  expect(response.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(response.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
});

test("a missing file is 404", async () => {
  expect((await fetch(`${server.url}nothing.js`)).status).toBe(404);
});

/** The status of a path as it is: fetch would resolve the dots itself. */
const statusOf = (path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    request({ hostname, port, path }, (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });

test.each(["/../secret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/a/../../secret.txt"])(
  "%s does not leave the folder",
  async (path) => {
    expect(await statusOf(path)).toBe(404);
  },
);

test("a path that cannot be decoded is a bad request, and the server goes on", async () => {
  expect(await statusOf("/%")).toBe(400);
  expect(await statusOf("/")).toBe(200);
});
