/**
 * The house: its floors and the rooms on them, in the order in which they may build on each other. A file imports from its own room and
 * from those before it here, types included. ARCHITECTURE.md's table of rooms is made from this one, and `npm run check` refuses imports
 * that go the other way, and folders of sources that are not here.
 *
 * A new room gets its line where all that it imports stands above it.
 */

/** A folder whose files belong together, or a file that is a room of its own because it stands between folders. */
export interface Room {
  /** Path from the root. */
  readonly path: string;
  /** What lives there, and where the next thing of its kind goes. */
  readonly holds: string;
  /** Whether the folders below it are of the same room. */
  readonly deep?: true;
  /** Why the folder may have more files than others. */
  readonly crowded?: string;
}

export interface Floor {
  readonly name: string;
  /** What it is for, in the words of a title. */
  readonly title: string;
  readonly rooms: readonly Room[];
}

export const floors: readonly Floor[] = [
  {
    name: "core",
    title: "the language",
    rooms: [
      { path: "core/base", holds: "errors with codes and places, features, assertions; the next proposal's name goes into `features.ts`" },
      { path: "core/types", holds: "types, their canonical numbers, subtyping, and what a module consists of" },
      {
        path: "core/ops",
        holds: "the instruction table: a row per instruction, in its family's file; the next proposal is a file more",
        crowded: "a file of data for each family of instructions",
      },
      { path: "core/binary", holds: "reader and writer, a pair for each part of the format, and the cursor over a function's bytes" },
      { path: "core/text/lex", holds: "characters to tokens: numbers, strings, names, places" },
      { path: "core/text/parse", holds: "text to modules: a file for each part of the grammar" },
      { path: "core/text/print", holds: "modules to text, flat and folded" },
      { path: "core/text/script", holds: "scripts of commands: `.wast`" },
      { path: "core/validate/rules", holds: "how instructions are typed that a signature cannot tell: a file for each family" },
      {
        path: "core/validate",
        holds: "the validator: a walk over the bytes that types each instruction once, and what it makes of a module",
      },
    ],
  },
  { name: "memory", title: "pages", rooms: [{ path: "memory", holds: "the memory's own pages, where the host lets us at them" }] },
  {
    name: "gc",
    title: "the heap",
    rooms: [
      { path: "gc/layout", holds: "records in the heap, drawn and numbered: a file for each kind" },
      { path: "gc/runtime/allocate", holds: "blocks, buffers, and what lives for ever" },
      { path: "gc/runtime/collect", holds: "marking, sweeping, the write barrier, and when which is done" },
      { path: "gc/runtime", holds: "the heap's program in AssemblyScript: agents, roots, safepoints, and its exports" },
      { path: "gc/heap", holds: "the heap as JS holds it: made, planned, measured" },
      { path: "gc/inspect", holds: "looking at a heap: census, snapshot, map of blocks, trace" },
      { path: "gc", holds: "the two sides of the heap: what mutators call (`api.ts`), what the embedder gives (`embedder.ts`)" },
    ],
  },
  {
    name: "lower",
    title: "the compiler onto that heap",
    rooms: [
      { path: "lower/host", holds: "host modules: code, encoding, and the table of what they import" },
      { path: "lower/analysis", holds: "what is found out about a module's code before it is lowered" },
      { path: "lower/instructions", holds: "what a rule sees of an instruction, and where rules are found" },
      { path: "lower/access", holds: "sequences of host code that several rules share" },
      { path: "lower/function", holds: "one function's lowering: slots, polls, labels" },
      { path: "lower/module", holds: "one module's lowering: memories, segments, stubs, where things lie" },
      { path: "lower/passes", holds: "what is done to whole functions before their lowering" },
      { path: "lower/rules/scalar", holds: "rules of numbers" },
      { path: "lower/rules/items", holds: "rules of globals, tables, memories" },
      { path: "lower/rules/control", holds: "rules of calls, branches, exceptions" },
      { path: "lower/rules/gc", holds: "rules of structs, arrays, casts" },
      { path: "lower/rules/shared", holds: "rules of atomics and waits" },
      { path: "lower/rules", holds: "all rules in one list" },
      { path: "lower", holds: "from a valid module to a lowered one" },
    ],
  },
  {
    name: "threads",
    title: "agents over one heap",
    rooms: [
      { path: "threads/host", holds: "what differs between hosts: Workers, messages, isolation" },
      { path: "threads/sync", holds: "words that all agents share: locks, the job queue, parking, the directory of agents" },
      { path: "threads/traps", holds: "what lowered code raises, as errors with the standard's messages" },
      { path: "threads/values", holds: "values between JS and the heap: conversion, wrappers, identity" },
      { path: "threads/functions", holds: "functions between JS and lowered code, in both directions" },
      { path: "threads/wait", holds: "wait queues, and finding out that all wait for each other" },
      { path: "threads/builtins", holds: "functions that modules import from Heddle itself" },
      { path: "threads/link", holds: "instances: imports read, host modules linked, installed on other agents" },
      { path: "threads/modules", holds: "from bytes to a module that every agent can link" },
      { path: "threads/agents", holds: "an agent, its Worker, and the pool of them" },
      { path: "threads/store", holds: "a store: all of it put together" },
    ],
  },
  {
    name: "api",
    title: "what users import",
    rooms: [
      { path: "api/js", holds: "the WebAssembly namespace: a file for each interface" },
      { path: "api", holds: "the package's entry, Workers of the embedder's, values in messages" },
    ],
  },
  {
    name: "cli",
    title: "the heddle command",
    rooms: [
      { path: "cli/base", holds: "what the commands share: the command line, files, values" },
      { path: "cli/commands", holds: "a file for each command" },
      { path: "cli", holds: "the program: finds the command" },
    ],
  },
  {
    name: "demos",
    title: "programs that show it",
    rooms: [
      { path: "demos/output", holds: "tables and progress on a terminal" },
      { path: "demos/hashmap", holds: "one hash map, all threads" },
      { path: "demos/modules", holds: "modules of a real compiler" },
      { path: "demos/browser", holds: "the same in a page" },
      { path: "demos", holds: "the program that runs them; a new demo is a folder more" },
    ],
  },
  {
    name: "tests",
    title: "the claims, checked",
    rooms: [
      { path: "tests/tools/moonbit", holds: "a real compiler, for the demos' modules" },
      { path: "tests/tools", holds: "programs that build, bundle, serve, and run all tests" },
      { path: "tests/tools/generate-docs.ts", holds: "pages made from tables in the source" },
      { path: "tests/tools/checks", holds: "what `npm run check` checks: a file for each claim" },
      { path: "tests/tools/check.ts", holds: "the list of those" },
      { path: "tests/programs", holds: "modules that several tests run" },
      { path: "tests/bench", deep: true, holds: "measurements; the next is a file more, named in `main.ts`" },
      { path: "tests/lower", holds: "golden tests: text in, lowered text out" },
      { path: "tests/fuzz", holds: "random modules and mutations against oracles" },
      { path: "tests/unit", deep: true, holds: "unit tests: each in the folder of what it tests" },
      { path: "tests/cli", holds: "the command, run as a program" },
      { path: "tests/js-api", holds: "the public tests of the JS API" },
      { path: "tests/package", holds: "the package as users install it" },
      { path: "tests/stress", holds: "collections against mutators, with the heap verified" },
      { path: "tests/chaos", holds: "Workers that die at any point" },
      { path: "tests/conformance", deep: true, holds: "runs scripts: on this thread, on all, in browsers" },
      { path: "tests/life", holds: "how stores and Workers begin and end" },
      { path: "tests/litmus", holds: "shapes of races, with their allowed outcomes" },
      { path: "tests/real-modules", holds: "modules of real toolchains" },
      { path: "tests/browser", holds: "what only a browser shows" },
    ],
  },
];

/** Floors whose rooms are still being put in order: each is checked as one room. */
export const unordered: ReadonlySet<string> = new Set(["core", "gc", "lower", "threads", "api"]);

export const rooms: readonly Room[] = floors.flatMap((floor): readonly Room[] =>
  unordered.has(floor.name) ? [{ path: floor.name, holds: floor.title, deep: true }] : floor.rooms,
);
