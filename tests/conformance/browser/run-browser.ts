/**
 * Runs scripts in a browser. A page on a server of ours asks for scripts and posts back what they came to, so that a
 * browser without a driver does as well as one with. When the browser ends, or a script takes too long even for the
 * page to notice, the scripts that the page had are broken, and another browser takes the rest.
 */
import { copyFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { build } from "esbuild";
import { serve } from "../../../demos/serve.ts";
import { onPost } from "../../tools/browser-page.ts";
import type { StartBrowser } from "../../tools/browsers.ts";
import { root } from "../../tools/source-files.ts";
import type { Mode } from "../expected.ts";
import type { Report } from "../report.ts";
import { type RunOptions, requestFor, take } from "../run-all.ts";
import type { ScriptFile } from "../suites.ts";
import type { Assignment, Completion } from "./page.ts";

const folder = `${root}build/conformance`;

/** What a browser may take to start, and a page to notice that a script is late. */
const PATIENCE = 60_000;

async function buildPage(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      page: "tests/conformance/browser/page.ts",
      "run-worker": "tests/conformance/run-worker.ts",
      // Of the stores of scripts that spawn threads.
      "heddle-worker": "threads/agents/worker.ts",
    },
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2024",
    external: ["node:*", "koffi"],
    logLevel: "warning",
  });
  copyFileSync(`${root}tests/conformance/browser/page.html`, `${folder}/index.html`);
}

interface Job {
  readonly file: ScriptFile;
  readonly mode: Mode;
}

/** The scripts that are still to run, and those that a page has. */
class Queue {
  readonly #waiting: Job[];
  readonly #running = new Map<number, Job>();
  readonly #options: RunOptions;
  readonly #report: Report;
  #nextId = 0;
  #wake: () => void = () => undefined;

  constructor(jobs: readonly Job[], options: RunOptions, report: Report) {
    this.#waiting = [...jobs];
    this.#options = options;
    this.#report = report;
  }

  get empty(): boolean {
    return this.#waiting.length + this.#running.size === 0;
  }

  /** Whether a page has taken a script and not told what it came to. */
  get hasRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Answers the page's two requests. */
  answer(body: string, response: ServerResponse, url: string | undefined): void {
    this.#wake();
    if (url === "/result") {
      this.#complete(JSON.parse(body) as Completion);
      response.writeHead(204).end();
      return;
    }
    const job = this.#waiting.shift();
    if (job === undefined) response.writeHead(204).end();
    else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(this.#assign(job)));
  }

  #assign(job: Job): Assignment {
    const id = this.#nextId++;
    this.#running.set(id, job);
    return { id, request: requestFor(job.file, job.mode, this.#options), timeout: this.#options.timeout };
  }

  #complete({ id, replies }: Completion): void {
    const job = this.#running.get(id);
    if (job === undefined) return;
    this.#running.delete(id);
    for (const reply of replies) take(this.#report, job.file, job.mode, reply);
  }

  /** Gives up on what the page has, and with `all` also on what waits. */
  abandon(reason: string, all: boolean): void {
    for (const { file, mode } of [...this.#running.values(), ...(all ? this.#waiting.splice(0) : [])])
      this.#report.broken(file, mode, reason);
    this.#running.clear();
  }

  /** Resolves when everything is done, or with a reason why that will not happen. */
  async finished(gone: Promise<string>): Promise<string | undefined> {
    let reason: string | undefined;
    gone.then((why) => {
      reason ??= why;
      this.#wake();
    });
    while (!this.empty && reason === undefined) {
      let timer: NodeJS.Timeout | undefined;
      const heard = await new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), this.#options.timeout + PATIENCE);
        this.#wake = () => setImmediate(() => resolve(true));
      });
      clearTimeout(timer);
      if (!heard) reason ??= "nothing was heard from the page";
    }
    return this.empty ? undefined : reason;
  }
}

export async function runInBrowser(
  start: StartBrowser,
  files: readonly ScriptFile[],
  modes: readonly Mode[],
  options: RunOptions,
  report: Report,
): Promise<void> {
  await buildPage();
  const jobs = modes.flatMap((mode) => files.map((file) => ({ file, mode })));
  const queue = new Queue(jobs, options, report);
  const post = onPost((body, response, url) => queue.answer(body, response, url));
  const server = await serve([folder], 0, post);
  try {
    while (!queue.empty) {
      const browser = await start(`${server.url}?jobs=${options.jobs}`);
      const reason = await queue.finished(browser.gone);
      await browser.close();
      if (reason === undefined) break;
      // A browser that did not get to any script will not do better next time.
      queue.abandon(reason, !queue.hasRunning);
    }
  } finally {
    server.close();
  }
}
