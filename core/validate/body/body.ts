/**
 * The state of checking one body: the operand stack and the control stack of the algorithm in the appendix of the core
 * specification ("Validation Algorithm"), with what rules use to look at them.
 *
 * One object serves all bodies of a module, and frames are reused, so that nothing is allocated per instruction.
 */
import { CompileError } from "../../base/errors.ts";
import { invalidAt } from "../../types/invalid.ts";
import { isSharedValue, isSubtype } from "../../types/subtype.ts";
import type { TypeStore } from "../../types/type-store.ts";
import { BOT, BOT_REF, type ValType } from "../../types/types.ts";
import { Locals } from "./locals.ts";
import { RecordedTypes } from "./recorded-types.ts";
import { heapName, typeName, typeNames } from "./type-names.ts";
import type { ValidModuleParts } from "./valid-module.ts";

/** What opened a frame of the control stack. */
export const FrameKind = {
  function: 0,
  block: 1,
  loop: 2,
  if: 3,
  else: 4,
  try: 5,
  catch: 6,
  catchAll: 7,
  tryTable: 8,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** A control frame. `params` and `results` are canonical. */
export class Frame {
  kind: FrameKind = FrameKind.function;
  params: readonly ValType[] = [];
  results: readonly ValType[] = [];
  /** Height of the operand stack where the frame begins. */
  height = 0;
  /** Mark of the locals that had been set there. */
  initialized = 0;
  /** Offset of the last `br_table` that was checked against this label. */
  checkedAt = -1;
  unreachable = false;

  /** The types that a branch to this frame's label carries. */
  get labelTypes(): readonly ValType[] {
    return this.kind === FrameKind.loop ? this.params : this.results;
  }
}

const noTypes: readonly ValType[] = [];
/** A limit of our own: a call is two bytes and may push a thousand operands. */
const MAX_HEIGHT = 1 << 24;
/** How many operands an error message shows. */
const SHOWN = 8;

export class Body {
  readonly module: ValidModuleParts;
  readonly types: TypeStore;
  /** True in a constant expression. */
  constant = false;
  /** True in a shared function: whatever it touches must be shared. */
  shared = false;
  /** Byte offset of the current instruction. */
  offset = 0;
  results: readonly ValType[] = noTypes;
  /** Functions that constant expressions name with `ref.func`. */
  readonly declared = new Set<number>();

  /** Whether `popped` and `pushed` are filled, for an observer. */
  recording = false;
  readonly popped = new RecordedTypes();
  readonly pushed = new RecordedTypes();

  readonly locals = new Locals();

  #stack = new Int32Array(256);
  height = 0;
  readonly #frames: Frame[] = [];
  depth = 0;
  frame = new Frame();

  constructor(module: ValidModuleParts) {
    this.module = module;
    this.types = module.types;
  }

  /** Begins a body with these parameters. Its locals are added next. */
  begin(parameters: readonly ValType[], results: readonly ValType[]): void {
    this.locals.begin(parameters);
    this.results = results;
    this.height = 0;
    this.depth = 0;
    this.enter(FrameKind.function, noTypes, results);
  }

  // Errors

  /** Raises an error at the current instruction. */
  fail(code: string, message: string, expected?: string): never {
    return invalidAt(this.module.module, this.offset, code, message, expected);
  }

  /** Raises an error at the current instruction for what the grammar forbids but only a walk over the body finds. */
  failMalformed(code: string, message: string): never {
    const position = this.module.module.sourceMap?.positionOf(this.offset);
    throw new CompileError(message, { code, offset: this.offset, position }, true);
  }

  name(type: ValType): string {
    return typeName(this.module, type);
  }

  heapName(ref: ValType): string {
    return heapName(this.module, ref);
  }

  /** The reference interpreter's wording, which conformance scripts quote. */
  mismatch(expected: string, found: string): never {
    return this.fail(
      "type-mismatch",
      `type mismatch: instruction requires [${expected}] but stack has [${found}]`,
      expected,
    );
  }

  // Operands

  push(type: ValType): void {
    if (this.shared && type >= 0) this.requireShared(type);
    if (this.height === this.#stack.length) this.#grow();
    this.#stack[this.height++] = type;
    if (this.recording) this.pushed.add(type);
  }

  pushAll(types: readonly ValType[]): void {
    for (let i = 0; i < types.length; i++) this.push(types[i] as ValType);
  }

  #grow(): void {
    if (this.height >= MAX_HEIGHT) this.fail("limit", "operand stack is too high", `at most ${MAX_HEIGHT} operands`);
    const grown = new Int32Array(this.#stack.length * 2);
    grown.set(this.#stack);
    this.#stack = grown;
  }

  /** Pops an operand of any type; `BOT` where unreachable code makes it up. */
  popAny(): ValType {
    let type = BOT;
    if (this.height > this.frame.height) type = this.#stack[--this.height] as ValType;
    else if (!this.frame.unreachable) this.mismatch("any type", "");
    if (this.recording) this.popped.add(type);
    return type;
  }

  /** Pops an operand that is a subtype of `expected` (canonical), and returns its own type. */
  pop(expected: ValType): ValType {
    let type = BOT;
    if (this.height > this.frame.height) {
      type = this.#stack[--this.height] as ValType;
      if (type !== expected && !isSubtype(this.types, type, expected))
        this.mismatch(this.name(expected), this.name(type));
    } else if (!this.frame.unreachable) {
      this.mismatch(this.name(expected), "");
    }
    if (this.shared && expected >= 0) this.requireShared(expected);
    if (this.recording) this.popped.add(type);
    return type;
  }

  /** Pops the types in reverse order. */
  popAll(types: readonly ValType[]): void {
    for (let i = types.length - 1; i >= 0; i--) this.pop(types[i] as ValType);
  }

  /** Pops a reference of any type; `BOT_REF` where unreachable code makes it up. */
  popRef(): ValType {
    const type = this.popAny();
    if (type === BOT) return BOT_REF;
    if (type < 0) this.mismatch("a reference", this.name(type));
    return type;
  }

  /** Checks that the operands on top are subtypes of `types` and leaves them there. */
  checkTop(types: readonly ValType[]): void {
    let at = this.height;
    for (let i = types.length - 1; i >= 0; i--) {
      const expected = types[i] as ValType;
      if (at === this.frame.height) {
        if (!this.frame.unreachable) this.mismatch(this.name(expected), "");
        return;
      }
      const type = this.#stack[--at] as ValType;
      if (type !== expected && !isSubtype(this.types, type, expected))
        this.mismatch(this.name(expected), this.name(type));
    }
  }

  /** Shared-everything threads, "Functions": a shared function's operands are shared. */
  requireShared(type: ValType): void {
    if (isSharedValue(this.types, type)) return;
    this.fail(
      "shared-access",
      `shared functions cannot access unshared arrays, structs or other references, such as ${this.name(type)}`,
      "a shared type",
    );
  }

  // Control

  /** The frame `label` levels out. */
  label(label: number): Frame {
    if (label >= this.depth) this.fail("unknown-label", `unknown label ${label}`, `a label below ${this.depth}`);
    return this.#frames[this.depth - 1 - label] as Frame;
  }

  /** Opens a frame and pushes its parameters. */
  enter(kind: FrameKind, params: readonly ValType[], results: readonly ValType[]): void {
    let frame = this.#frames[this.depth];
    if (frame === undefined) {
      frame = new Frame();
      this.#frames.push(frame);
    }
    frame.kind = kind;
    frame.params = params;
    frame.results = results;
    frame.height = this.height;
    frame.initialized = this.locals.mark;
    frame.checkedAt = -1;
    frame.unreachable = false;
    this.depth++;
    this.frame = frame;
    this.pushAll(params);
  }

  /** Closes the innermost frame, whose results must be all that is on its stack. */
  leave(): Frame {
    const { frame } = this;
    if (this.height - frame.height > frame.results.length) this.#blockMismatch();
    this.popAll(frame.results);
    this.locals.forget(frame.initialized);
    this.depth--;
    if (this.depth > 0) this.frame = this.#frames[this.depth - 1] as Frame;
    return frame;
  }

  /** The rest of the innermost block cannot be reached: its stack becomes polymorphic. */
  unreachable(): void {
    this.height = this.frame.height;
    this.frame.unreachable = true;
  }

  #blockMismatch(): never {
    const found = Array.from(
      this.#stack.subarray(Math.max(this.frame.height, this.height - SHOWN), this.height),
    ) as ValType[];
    const wanted = typeNames(this.module, this.frame.results);
    return this.fail(
      "type-mismatch",
      `type mismatch: block requires ${wanted} but stack has ${typeNames(this.module, found)}`,
      wanted,
    );
  }

  /** The type of a local. */
  local(index: number): ValType {
    if (index >= this.locals.count)
      this.fail("unknown-local", `unknown local ${index}`, `a local below ${this.locals.count}`);
    return this.locals.type(index);
  }
}
