/**
 * Tests in a browser: headless Chromium on a cross-origin isolated page, driven by Playwright. Prints a line per claim
 * and, last, the counts.
 *
 *     node tests/browser/main.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright";
import { serve } from "../../demos/serve.ts";
import { runInBrowser as runLifeClaims } from "../life/run-browser.ts";
import { buildPages, pagesFolder } from "../tools/browser-build.ts";
import { chromiumStarter } from "../tools/browsers.ts";
import { chromiumArguments, findChromium } from "../tools/chromium.ts";
import { addCounts, formatCounts } from "../tools/counts.ts";
import type { inPage } from "./page.ts";
import { snapshotOpensInDevTools, traceOpensInDevTools } from "./reports-claim.ts";

type InPage = typeof globalThis & { readonly inPage: typeof inPage };

const threads = 4;
const patience = 120_000;

function expect(condition: boolean, found: unknown): void {
  if (!condition) throw new Error(`found ${JSON.stringify(found)}`);
}

/** Opens a page and waits until it says that it is in `state`. */
async function open(context: BrowserContext, url: string, states: readonly string[]): Promise<Page> {
  const page = await context.newPage();
  page.on("console", (message) => console.log(`     page: ${message.text()}`));
  page.on("pageerror", (error) => console.log(`     page: ${error.message}`));
  await page.goto(url);
  await page.waitForFunction((wanted) => wanted.includes(document.documentElement.dataset["state"] ?? ""), states, {
    timeout: patience,
  });
  return page;
}

type Claim = readonly [claim: string, test: (context: BrowserContext, url: string) => Promise<void>];

const claims: readonly Claim[] = [
  [
    "the page is cross-origin isolated",
    async (context, url) => {
      const page = await open(context, `${url}test.html`, ["ready"]);
      const isolated = await page.evaluate(() => globalThis.crossOriginIsolated);
      expect(isolated, isolated);
      await page.close();
    },
  ],
  [
    `the demo ends with equal checksums on 1, 2 and ${threads} threads`,
    async (context, url) => {
      const page = await open(context, `${url}?threads=${threads}&items=200000`, ["done", "different", "failed"]);
      const verdict = await page.locator("#verdict").textContent();
      const rows = await page.locator("#table tr").count();
      for (const row of await page.locator("#table tr").all())
        console.log(`     ${(await row.locator("th, td").allTextContents()).join(" | ")}`);
      expect(verdict === "All checksums are equal." && rows === 4, { verdict, rows });
      await page.close();
    },
  ],
  [
    `${threads} threads that add 1,000,000 each to one field make 4,000,000`,
    async (context, url) => {
      const page = await open(context, `${url}test.html`, ["ready"]);
      const value = await page.evaluate((count) => (globalThis as InPage).inPage.counter(count, 1_000_000), threads);
      expect(value === threads * 1_000_000, value);
      await page.close();
    },
  ],
  [
    "a Worker of the page's own joins a store, and gets shared objects as themselves",
    async (context, url) => {
      const page = await open(context, `${url}test.html`, ["ready"]);
      const found = await page.evaluate(() => (globalThis as InPage).inPage.join());
      expect(found.result === 42 && found.isSame && found.isGone, found);
      await page.close();
    },
  ],
  [
    `${threads} threads allocate 10,000,000 objects each in a heap of 64 MB`,
    async (context, url) => {
      const page = await open(context, `${url}test.html`, ["ready"]);
      const outcome = await page.evaluate(
        (count) => (globalThis as InPage).inPage.churn(count, 10_000_000, 64 << 20),
        threads,
      );
      expect(
        outcome.sums.length === threads &&
          outcome.sums.every((sum) => sum === outcome.expected) &&
          outcome.collections > 0,
        outcome,
      );
      await page.close();
    },
  ],
  [
    "the page's main thread holds objects, allocates and collects while Workers do",
    async (context, url) => {
      const page = await open(context, `${url}test.html`, ["ready"]);
      const seen = await page.evaluate(
        (count) => (globalThis as InPage).inPage.collectTogether(count, 20_000),
        threads - 1,
      );
      console.log(`     ${JSON.stringify(seen)}`);
      expect(seen.wrong === 0 && seen.verified === 0 && seen.own > 0 && seen.others > 0 && seen.stopped > 0, seen);
      await page.close();
    },
  ],
  [
    "DevTools open a heap snapshot, with sizes, retained sizes and retainers",
    async (context) => {
      const { isRight, found } = await snapshotOpensInDevTools(context);
      expect(isRight, found);
    },
  ],
  [
    "DevTools open a trace of collections, with their phases",
    async (context) => {
      const { isRight, found } = await traceOpensInDevTools(context);
      expect(isRight, found);
    },
  ],
];

/** Runs all claims in one browser; the number that failed. */
async function runClaims(executablePath: string): Promise<number> {
  await buildPages();
  const server = await serve([pagesFolder]);
  const profile = mkdtempSync(join(tmpdir(), "heddle-chromium-"));
  let failed = 0;
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: [...chromiumArguments],
    });
    try {
      for (const [claim, test] of claims) {
        const start = performance.now();
        try {
          await test(context, server.url);
          console.log(`ok   ${claim} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
        } catch (error) {
          failed++;
          console.log(`FAIL ${claim}\n     ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    } finally {
      await context.close();
    }
  } finally {
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
  return failed;
}

const found = findChromium((line) => console.log(line));
if (found.path === undefined) {
  console.log(`skipped: ${found.reason}`);
  console.log(`browser: ${formatCounts({ passed: 0, failed: 0, skipped: claims.length })}`);
} else {
  const failed = await runClaims(found.path);
  const life = await runLifeClaims(chromiumStarter(), "", console.log);
  const counts = addCounts({ passed: claims.length - failed, failed, skipped: 0 }, life);
  console.log(`browser: ${formatCounts(counts)}`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}
