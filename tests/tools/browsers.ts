/** Starts browsers on a page, each with a new profile. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";
import { chromiumArguments, findChromium } from "./chromium.ts";

/** A browser that shows a page. */
interface Browser {
  /** Resolves when it has ended or its page has crashed, with what is known about it. */
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

export type StartBrowser = (url: string) => Promise<Browser>;

function newProfile(name: string): string {
  return mkdtempSync(join(tmpdir(), `heddle-${name}-`));
}

/** Chromium, driven by Playwright. Raises an error that says how to get one where there is none. */
export function chromiumStarter(): StartBrowser {
  const found = findChromium(console.log);
  if (found.path === undefined) throw new Error(found.reason);
  const executablePath = found.path;
  return async (url) => {
    const profile = newProfile("chromium");
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: [...chromiumArguments],
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => console.log(`page: ${error.message}`));
    const gone = new Promise<string>((resolve) => {
      page.on("crash", () => resolve("the page crashed"));
      context.on("close", () => resolve("the browser ended"));
    });
    await page.goto(url);
    return {
      gone,
      close: async () => {
        await context.close();
        rmSync(profile, { recursive: true, force: true });
      },
    };
  };
}

/** A stock Firefox needs no questions asked on its first start, and no traffic of its own. */
const firefoxPreferences: Readonly<Record<string, boolean | number | string>> = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.max_script_run_time": 0,
  "extensions.getAddons.cache.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
};

function findFirefox(): string {
  const named = process.env["FIREFOX_PATH"];
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`FIREFOX_PATH names ${named}, which does not exist`);
    return named;
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = ["firefox-esr", "firefox"].flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new Error("no Firefox found: set FIREFOX_PATH, or install one (Debian: `apt-get install firefox-esr`)");
  return path;
}

/** Ends a process and those that it started, which are in a group of their own. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // it has ended already
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/**
 * Firefox without a driver: the page itself reports to the server. Raises an error that says how to get one where there
 * is none.
 */
export function firefoxStarter(): StartBrowser {
  const path = findFirefox();
  console.log(execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim());
  return async (url) => {
    const profile = newProfile("firefox");
    const lines = Object.entries(firefoxPreferences).map(
      ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, "user.js"), lines.join(""));
    const child = spawn(path, ["--headless", "--profile", profile, "--no-remote", url], {
      stdio: "ignore",
      detached: true,
      // Its sandbox for pages does not start for root.
      env: { ...process.env, ...(process.getuid?.() === 0 ? { MOZ_DISABLE_CONTENT_SANDBOX: "1", HOME: profile } : {}) },
    });
    // In a group of its own it would outlive this process.
    process.once("exit", () => endGroup(child));
    const gone = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`the browser did not start: ${error.message}`));
      child.once("exit", (code) => resolve(`the browser ended with code ${code}`));
    });
    return {
      gone,
      close: async () => {
        endGroup(child);
        await gone;
        rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      },
    };
  };
}
