/**
 * The house: its floors and the rooms on them, in the order in which they may build on each other. A file imports from
 * its own room and from those before it here, types included. ARCHITECTURE.md's table of rooms is made from this one,
 * and `npm run check` refuses imports that go the other way, and folders of sources that are not here.
 *
 * A new room gets its line where all that it imports stands above it.
 */

/** A folder whose files belong together, or a file that is a room of its own because it stands between folders. */
export interface Room {
  /** Path from the root. */
  readonly path: string;
  /** What lives there, in the few words that its box in the picture has room for. */
  readonly holds: string;
  /** Where the next thing of its kind goes. */
  readonly next?: string;
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
      { path: "core/base", holds: "errors, features, assertions", next: "a feature: its line in `features.ts`" },
      { path: "core/types", holds: "types, subtyping, modules", next: "a heap type: its line in `types.ts`" },
      { path: "core/ops", holds: "the instruction table", next: "an instruction: its row in its family's file" },
      {
        path: "core/binary",
        holds: "reader, writer, bytes of code",
        next: "a section: a file with its reader and its writer",
      },
      { path: "core/text/lex", holds: "text to tokens", next: "a kind of token: in `lexer.ts`, its value in a file" },
      {
        path: "core/text/parse",
        holds: "tokens to modules",
        next: "a field or clause: a file for its part of the grammar",
      },
      { path: "core/text/print", holds: "modules to text", next: "what the parser has learned to read" },
      { path: "core/text/script", holds: "scripts of commands (.wast)", next: "a command: its case in `script.ts`" },
      {
        path: "core/validate/body",
        holds: "stack and locals of code being typed",
        next: "a question of several rules: a function in `lookups.ts`",
      },
      { path: "core/validate/rules", holds: "how instructions are typed", next: "a rule: in its family's file" },
      { path: "core/validate", holds: "the walk that types everything", next: "a section's rules: a file" },
    ],
  },
  {
    name: "memory",
    title: "pages",
    rooms: [
      { path: "memory", holds: "the memory's own pages", next: "a way to get at pages: a file beside `native.ts`" },
    ],
  },
  {
    name: "gc",
    title: "the heap",
    rooms: [
      { path: "gc/layout", holds: "records, drawn and numbered", next: "a kind of record: a file with its picture" },
      {
        path: "gc/runtime/base",
        holds: "what an agent's runtime knows",
        next: "what waits or holds something: a file",
      },
      { path: "gc/runtime/allocate", holds: "blocks, buffers, permanent memory", next: "a way to allocate: a file" },
      { path: "gc/runtime/collect", holds: "roots, mark, sweep, barrier", next: "a phase of collections: a file" },
      {
        path: "gc/runtime",
        holds: "the runtime in AssemblyScript",
        next: "an export: its line in `index.ts` and in `gc/api.ts`",
      },
      {
        path: "gc",
        holds: "what mutators, the embedder and JS see",
        next: "what mutators call: `api.ts`; what the runtime asks for: `embedder.ts`; what JS sees of objects: `objects.ts`",
      },
      { path: "gc/heap", holds: "the heap as JS holds it", next: "a resource of JS in the heap: a file" },
      { path: "gc/inspect", holds: "census, snapshot, map, trace", next: "a report: a file over `walk.ts`" },
    ],
  },
  {
    name: "lower",
    title: "the compiler onto that heap",
    rooms: [
      {
        path: "lower/host",
        holds: "host modules, their imports",
        next: "an import of host modules: its line in the table",
      },
      {
        path: "lower/instructions",
        holds: "functions as lists of instructions",
        next: "a question about instructions: a file",
      },
      { path: "lower/analysis", holds: "what is known before lowering", next: "an analysis: a file" },
      { path: "lower/module", holds: "one module lowered", next: "a part of modules: a file" },
      {
        path: "lower/passes",
        holds: "whole functions rewritten",
        next: "a rewriting: a file that begins with approach, output, deviations",
      },
      { path: "lower/function", holds: "one function lowered, what a rule is", next: "a service to rules: a file" },
      { path: "lower/access", holds: "code that rules share", next: "a sequence of several rules: a file" },
      { path: "lower/rules/items", holds: "rules of globals, tables, memories", next: "a family: a file" },
      { path: "lower/rules/scalar", holds: "rules of numbers", next: "a family: a file" },
      { path: "lower/rules/gc", holds: "rules of structs, arrays, casts", next: "a family: a file" },
      { path: "lower/rules/control", holds: "rules of calls and branches", next: "a family: a file" },
      { path: "lower/rules/shared", holds: "rules of atomics and waits", next: "a family: a file" },
      { path: "lower/rules", holds: "all rules in one table", next: "a family of rules: its line" },
      { path: "lower", holds: "valid modules to lowered ones", next: "a step of lowering: a call in `lower.ts`" },
    ],
  },
  {
    name: "threads",
    title: "agents over one heap",
    rooms: [
      { path: "threads/host", holds: "what differs between hosts", next: "a host: its case here, and nowhere else" },
      {
        path: "threads/sync",
        holds: "locks, jobs, directory of agents",
        next: "a word that agents share: a field, drawn in the picture",
      },
      { path: "threads/traps", holds: "traps as JS errors", next: "a trap: its line in `traps.ts`" },
      {
        path: "threads/values",
        holds: "values between JS and the heap",
        next: "a kind of value: a file, and its kind in `kinds.ts`",
      },
      { path: "threads/functions", holds: "calls between JS and lowered code", next: "a kind of function: a file" },
      { path: "threads/wait", holds: "wait queues, deadlocks", next: "what waits: a file" },
      {
        path: "threads/builtins",
        holds: "functions that modules import",
        next: "a set of builtins: a file, and its line in `builtins.ts`",
      },
      { path: "threads/link", holds: "instances on every agent", next: "a kind of import: in `imports.ts`" },
      { path: "threads/modules", holds: "bytes to linkable modules", next: "a step of compiling: in `compile.ts`" },
      { path: "threads/agents", holds: "agents, Workers, the pool", next: "a message: in `protocol.ts`" },
      { path: "threads/store", holds: "all of it put together", next: "an option: in `store-options.ts`" },
    ],
  },
  {
    name: "api",
    title: "what users import",
    rooms: [
      { path: "api/js", holds: "the WebAssembly namespace", next: "an interface: a file, and its line in `shape.ts`" },
      { path: "api", holds: "the entry, stores, messages", next: "an export of the package: in `heddle.ts`" },
    ],
  },
  {
    name: "cli",
    title: "the heddle command",
    rooms: [
      { path: "cli/base", holds: "arguments, files, values", next: "what several commands need: a file" },
      { path: "cli/commands", holds: "a file for each command", next: "a command: a file" },
      { path: "cli", holds: "finds the command", next: "a command's name: its line in `main.ts`" },
    ],
  },
  {
    name: "demos",
    title: "programs that show it",
    rooms: [
      { path: "demos/output", holds: "tables on a terminal", next: "a way to print: a file" },
      { path: "demos/hashmap", holds: "one hash map, all threads" },
      {
        path: "demos/modules",
        holds: "modules of a real compiler",
        next: "a program: its source, and its line in `run.ts`",
      },
      { path: "demos/browser", holds: "the same in a page" },
      { path: "demos", holds: "what runs them", next: "a demo: a folder, and its line in `main.ts`" },
    ],
  },
  {
    name: "tests",
    title: "the claims, checked",
    rooms: [
      { path: "tests/tools/moonbit", holds: "a real compiler" },
      { path: "tests/tools", holds: "build, bundle, serve, run all", next: "a tool: a file" },
      { path: "tests/tools/house", holds: "the house and its picture" },
      {
        path: "tests/tools/generate-docs.ts",
        holds: "pages made from the source",
        next: "a generated page: its line in `pages`",
      },
      {
        path: "tests/tools/checks",
        holds: "what `npm run check` checks",
        next: "a check: a file, and its line in `check.ts`",
      },
      { path: "tests/tools/check.ts", holds: "the list of checks" },
      { path: "tests/programs", holds: "modules that tests share", next: "a program: a file" },
      {
        path: "tests/bench",
        holds: "measurements",
        next: "a benchmark: a file, and its line in `main.ts`",
        deep: true,
      },
      { path: "tests/lower", holds: "text in, lowered text out", next: "a family: a file" },
      { path: "tests/fuzz", holds: "random modules, oracles", next: "an oracle: in `oracles.ts`" },
      { path: "tests/unit", holds: "unit tests", next: "a test: in the folder of what it tests", deep: true },
      { path: "tests/cli", holds: "the command as a program", next: "a command: a file" },
      { path: "tests/js-api", holds: "the public tests of the JS API" },
      { path: "tests/package", holds: "the package as installed" },
      { path: "tests/stress", holds: "collections against mutators" },
      { path: "tests/chaos", holds: "Workers that die anywhere" },
      { path: "tests/conformance", holds: "scripts, on all hosts", next: "a host: in `hosts.ts`", deep: true },
      { path: "tests/life", holds: "how stores begin and end", next: "a claim: in `claims.ts`" },
      { path: "tests/litmus", holds: "shapes of races", next: "a shape: in `ordering.ts` or `publication.ts`" },
      { path: "tests/real-modules", holds: "modules of real toolchains" },
      { path: "tests/browser", holds: "what only browsers show" },
    ],
  },
];

export const rooms: readonly Room[] = floors.flatMap((floor) => floor.rooms);
