/**
 * Finds a Chromium for the browser tests: the one that CHROMIUM_PATH names, Playwright's own, the system's; else
 * installs Debian's where that is allowed (root, apt-get, Debian or Ubuntu's package of that name), so that a bare
 * machine can run the tests too.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "playwright";

const systemPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser's program, or the reason why there is none. */
export type FoundChromium = { readonly path: string } | { readonly path: undefined; readonly reason: string };

/** What a headless Chromium needs to run as root and without touching the network by itself. */
export const chromiumArguments: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function present(): string | undefined {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`);
    return named;
  }
  return [chromium.executablePath(), ...systemPaths].find((path) => path !== "" && existsSync(path));
}

function mayInstall(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0;
}

/** Finds a browser, or installs one with `log` telling about it. */
export function findChromium(log: (line: string) => void): FoundChromium {
  const path = present();
  if (path !== undefined) return { path };
  if (!mayInstall()) {
    return {
      path: undefined,
      reason: "no Chromium found: set CHROMIUM_PATH, or run `npx playwright install chromium`",
    };
  }
  log("installing Chromium with apt-get");
  try {
    const options = {
      stdio: ["ignore", "ignore", "inherit"] as const,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    };
    execFileSync("apt-get", ["-qq", "update"], { ...options, stdio: [...options.stdio] });
    execFileSync("apt-get", ["-qq", "install", "-y", "--no-install-recommends", "chromium"], {
      ...options,
      stdio: [...options.stdio],
    });
  } catch (error) {
    return {
      path: undefined,
      reason: `apt-get could not install chromium: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const installed = present();
  return installed === undefined
    ? { path: undefined, reason: "apt-get installed chromium, but it is not there" }
    : { path: installed };
}
