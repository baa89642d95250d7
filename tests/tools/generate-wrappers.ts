/**
 * Writes threads/functions/exported-wrappers.ts and host-wrappers.ts: what a call from JS and a call of JS do is said
 * here once, and written out for each number of parameters. With lists of arguments a call would cost several times as
 * much, and code that is made at run time is refused where a page has a strict content security policy.
 *
 *     npm run wrappers
 */
import { writeFileSync } from "node:fs";
import { root } from "./source-files.ts";

/** Functions with more parameters are called with lists. */
const MOST = 8;

/** What differs between numbers of parameters. */
interface Shape {
  readonly parameters: string;
  /** Statements before the call's own: one converts each argument. */
  readonly conversions: readonly string[];
  /** What is passed on. */
  readonly passed: string;
  /** Statements that give names to the converters. */
  readonly names: readonly string[];
}

const numbered = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${i}`);

/** Arguments `a0` to operands `x0`, or the other way. */
function shape(from: string, to: string, count: number): Shape {
  return {
    parameters: numbered(from, count).join(", "),
    conversions: numbered("", count).map((i) => `const ${to}${i} = convert${i}(${from}${i});`),
    passed: numbered(to, count).join(", "),
    names: count === 0 ? [] : [`const [${numbered("convert", count).join(", ")}] = converters;`],
  };
}

/** Any number of them, as lists. */
function listShape(from: string, to: string): Shape {
  return {
    parameters: `...${from}`,
    conversions: [`const ${to} = converters.map((convert, i) => convert(${from}[i]));`],
    passed: `...${to}`,
    names: [],
  };
}

const join = (...operands: string[]): string => operands.filter((operand) => operand !== "").join(", ");

/** A call of lowered code from JS. */
function exportedWrapper(name: string, { parameters, conversions, passed, names }: Shape): string[] {
  const call = [
    "const sp = enter();",
    "try {",
    `  return lift(target(${join(passed, "sp")}));`,
    "} catch (error) {",
    "  throw exceptions.toJs(error);",
    "} finally {",
    "  leave(sp);",
    "}",
  ];
  // Nothing is made where nothing is converted.
  const converts = conversions.length > 0;
  const keeping = [
    "const mark = temporaries.mark();",
    "try {",
    ...indent([...conversions, ...call]),
    "} finally {",
    "  temporaries.release(mark);",
    "}",
  ];
  return [
    `const ${name}: Wrap = (agent, target, ${converts ? "converters" : "_converters"}, lift) => {`,
    ...indent([
      `const { exceptions${converts ? ", temporaries" : ""} } = agent;`,
      "const { enter, leave, needStack } = agent.gate;",
      ...names,
      `return (${parameters}) => {`,
      ...indent(["needStack();", ...(converts ? keeping : call)]),
      "};",
    ]),
    "};",
  ];
}

/** A call of a function of JS from lowered code. */
function hostWrapper(name: string, { parameters, conversions, passed, names }: Shape): string[] {
  const isList = parameters.startsWith("...");
  const call = [
    ...conversions,
    "needStack();",
    "leave(sp as number);",
    "try {",
    `  return lower(callee(${passed}));`,
    "} finally {",
    "  enter();",
    "}",
  ];
  return [
    `const ${name}: Wrap = (agent, callee, ${conversions.length > 0 ? "converters" : "_converters"}, lower) => {`,
    ...indent([
      "const { exceptions, temporaries } = agent;",
      "const { enter, leave, needStack } = agent.gate;",
      ...names,
      `return (${isList ? parameters : join(parameters, "sp")}) => {`,
      ...indent([
        ...(isList ? ["const sp = operands[converters.length];"] : []),
        "const mark = temporaries.mark();",
        "try {",
        ...indent(call),
        "} catch (error) {",
        "  throw exceptions.toLowered(error, sp as number);",
        "} finally {",
        "  temporaries.release(mark);",
        "}",
      ]),
      "};",
    ]),
    "};",
  ];
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** The texts of the generated files, by path. */
export function wrapperFiles(): ReadonlyMap<string, string> {
  const counts = [...Array(MOST + 1).keys()];
  const exported = [
    ...counts.flatMap((count) => [...exportedWrapper(`exported${count}`, shape("a", "x", count)), ""]),
    ...exportedWrapper("exportedOfList", listShape("args", "operands")),
  ];
  const host = [
    ...counts.flatMap((count) => [...hostWrapper(`host${count}`, shape("x", "a", count)), ""]),
    ...hostWrapper("hostOfList", listShape("operands", "args")),
  ];
  return new Map([
    ["threads/functions/exported-wrappers.ts", file(exportedOpening, "exported", exported)],
    ["threads/functions/host-wrappers.ts", file(hostOpening, "host", host)],
  ]);
}

function file(opening: readonly string[], name: string, wrappers: readonly string[]): string {
  const wrap = [
    `/** The ${name} wrapper for so many parameters. */`,
    `export function ${name}Wrapper(parameters: number): Wrap {`,
    `  return byParameters[parameters] ?? ${name}OfList;`,
    "}",
    "",
    "const byParameters: readonly Wrap[] = [",
    "  // as many parameters as stand before it",
    ...numbered(name, MOST + 1).map((one) => `  ${one},`),
    "];",
  ];
  return `${[...opening, "", ...wrappers, "", ...wrap].join("\n")}\n`;
}

const exportedOpening = [
  "/**",
  " * Calls of lowered code from JS, for each number of parameters. Written by tests/tools/generate-wrappers.ts: change it",
  " * there.",
  " *",
  " * Conversions may run code of the program, so they come before the agent becomes a mutator. What they made is kept",
  " * until the call has ended, or was refused: every way out lets go of it. Results are converted before the agent ceases",
  " * to be a mutator, so that objects among them are safe; and the end of the shadow stack must be that of entry, also",
  " * after a trap: a stale one would hide roots, or keep garbage.",
  " */",
  'import type { Converter } from "../values/convert.ts";',
  'import type { LoweredFunction } from "../values/functions.ts";',
  'import type { Callee, Converters, WrappingAgent } from "./wrapping-agent.ts";',
  "",
  "type Wrap = (agent: WrappingAgent, target: LoweredFunction, converters: Converters, lift: Converter) => Callee;",
];

const hostOpening = [
  "/**",
  " * Calls of JS from lowered code, for each number of parameters. Written by tests/tools/generate-wrappers.ts: change it",
  " * there.",
  " *",
  " * Arguments are converted while the agent is a mutator, since they may be objects that nothing else keeps. The result",
  " * is converted outside, since that may run code of the program; what it made is kept until the agent is a mutator",
  " * again, and let go of on every way out.",
  " *",
  " * Race: references in the result stay valid until the agent is a mutator again, since their wrapper objects cannot be",
  " * finalized before this thread's next turn.",
  " */",
  'import type { Converter } from "../values/convert.ts";',
  'import type { LoweredFunction } from "../values/functions.ts";',
  'import type { Callee, Converters, WrappingAgent } from "./wrapping-agent.ts";',
  "",
  "type Wrap = (agent: WrappingAgent, callee: Callee, converters: Converters, lower: Converter) => LoweredFunction;",
];

if (import.meta.main) for (const [path, text] of wrapperFiles()) writeFileSync(root + path, text);
