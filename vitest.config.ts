import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Tests start Workers from .ts files, which Node runs by stripping types: each test file gets a process of its own
    // for that.
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Agents spin and wait for each other: a machine with more test processes than cores would measure nothing but
    // itself.
    maxWorkers: 2,
  },
});
