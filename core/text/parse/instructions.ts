/**
 * Instruction sequences, flat and folded (core 6.5), assembled while they are read.
 *
 * A folded instruction's operands come before it in the binary, so its row and immediates wait in a frame until its
 * closing parenthesis. Frames are on a stack of this parser's own: nesting in the text costs no host stack. Structured
 * instructions have frames too, flat and folded ones in one stack, so that a `)` cannot close a flat block nor an `end`
 * a folded one.
 */
import { writeInstruction } from "../../binary/immediates.ts";
import { Writer } from "../../binary/writer.ts";
import { Immediates } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import { rowByName, rowNamed } from "../../ops/table.ts";
import type { Expression } from "../../types/module.ts";
import { END, KEYWORD, LEFT, type Lexer, RIGHT } from "../lex/lexer.ts";
import { CodeMetadata, type Hint, noHints } from "./code-metadata.ts";
import type { Context } from "./context.ts";
import { parseImmediates } from "./immediates.ts";

const elseRow = rowNamed("else");
const endRow = rowNamed("end");
const ifRow = rowNamed("if");
const tryRow = rowNamed("try");
const catchRow = rowNamed("catch");
const catchAllRow = rowNamed("catch_all");
const delegateRow = rowNamed("delegate");

/** What an open frame is, and so what may come next in it. */
type FrameKind =
  /** A folded instruction after its immediates: only folded operands, then `)`. */
  | "operands"
  /** Blocks without arms: `(block ...)`, and `block ... end`. */
  | "folded-block"
  | "block"
  /** `if` and `try` with their arms in the flat form. */
  | "if"
  | "else"
  | "try"
  | "catch"
  | "catch_all"
  /** `(if`, before `(then`; behind it; behind `(else`. */
  | "folded-condition"
  | "folded-then"
  | "folded-else"
  /** `(try`, before `(do`; behind it or a `(catch`; behind `(catch_all`; behind `(delegate`. */
  | "folded-try"
  | "folded-catches"
  | "folded-catch-all"
  | "folded-delegated"
  /** Inside `(then`, `(else`, `(do`, `(catch`, `(catch_all`. */
  | "arm";

class Frame {
  kind: FrameKind = "operands";
  row: Row = endRow;
  readonly immediates = new Immediates();
  /** The block's label as written. */
  label: string | undefined;
  /** The label's name for the name section: an annotation's where there is one. */
  labelName: string | undefined;
  /** Where the instruction starts in the text. */
  at = 0;
  /** Metadata annotations that stood before the instruction. */
  hints: readonly Hint[] = noHints;
}

/** Instructions behind their keyword. */
type Open = "flat" | "folded";

export class InstructionParser {
  readonly #c: Context;
  readonly #writer = new Writer(4096);
  readonly #frames: Frame[] = [];
  #depth = 0;
  /** The key of the expression's first byte. */
  #key = 0;
  /** Where the expression starts in the writer, which collects those of the whole module. */
  #base = 0;
  readonly #immediates = new Immediates();
  readonly metadata: CodeMetadata;

  constructor(c: Context) {
    this.#c = c;
    this.metadata = new CodeMetadata(c);
  }

  /**
   * Parses instructions up to a closing parenthesis that none of them opened, or, if `single`, one folded instruction.
   * Returns the expression with its final `end`.
   */
  parseExpression(single: boolean): Expression {
    const { map } = this.#c;
    const key = map.next;
    this.#key = key;
    this.#base = this.#writer.size;
    this.#depth = 0;
    this.#c.labels.clear();
    // The expression itself is a block, whose label branches return from it.
    this.#c.labels.push(undefined);
    if (single) {
      if (this.#c.lexer.kind !== LEFT) this.#c.unexpected("a folded instruction");
      this.#open();
      while (this.#depth > 0) this.#step();
    } else while (this.#depth > 0 || this.#c.lexer.kind !== RIGHT) this.#step();
    this.#emit(endRow, this.#immediates, this.#c.lexer.previousEnd);
    map.next = key + this.#offset;
    return { bytes: this.#writer.view().slice(this.#base), offset: key };
  }

  /** The offset of the next byte in the expression. */
  get #offset(): number {
    return this.#writer.size - this.#base;
  }

  get #top(): Frame | undefined {
    return this.#depth === 0 ? undefined : this.#frames[this.#depth - 1];
  }

  #push(kind: FrameKind): Frame {
    const frame = this.#frames[this.#depth] ?? new Frame();
    this.#frames[this.#depth++] = frame;
    frame.kind = kind;
    frame.label = undefined;
    frame.labelName = undefined;
    return frame;
  }

  #emit(row: Row, immediates: Immediates, at: number): void {
    this.#c.map.mark(this.#key + this.#offset, at);
    writeInstruction(this.#writer, row, immediates);
  }

  /** Takes the next token or two and does what they ask for. */
  #step(): void {
    const lexer: Lexer = this.#c.lexer;
    const top = this.#top;
    switch (lexer.kind) {
      case KEYWORD:
        this.#flat(top);
        return;
      case LEFT:
        this.#arm(top) ? undefined : this.#open();
        return;
      case RIGHT:
        this.#close(top as Frame);
        return;
      default:
        this.#c.unexpected(lexer.kind === END ? ")" : "an instruction");
    }
  }

  /** Takes a keyword as an instruction; sets nothing where the language has none by that name. */
  #row(): Row {
    const lexer: Lexer = this.#c.lexer;
    const row = lexer.kind === KEYWORD ? rowByName(lexer.text()) : undefined;
    if (row === undefined) this.#c.unexpected("an instruction");
    if (!this.#c.features.has(row.feature)) this.#c.require(row.feature, row.name);
    lexer.advance();
    return row;
  }

  /** A label behind a block's keyword. */
  #optionalLabel(): string | undefined {
    return this.#c.optionalId();
  }

  /** Opens the scope of a block's label. */
  #pushLabel({ label, labelName }: Frame): void {
    const c: Context = this.#c;
    if (labelName !== undefined) c.labelNames?.set(c.labelCount, labelName);
    c.labelCount++;
    c.labels.push(label);
  }

  /** An instruction in the flat form. */
  #flat(top: Frame | undefined): void {
    const c: Context = this.#c;
    if (top !== undefined && !takesInstructions(top.kind)) c.unexpected("a folded instruction or )");
    const at = c.lexer.start;
    if (c.lexer.annotations.length > 0) this.metadata.gather(true);
    const row = this.#row();
    switch (row.control) {
      case "block":
      case "loop":
      case "try_table":
        this.#startBlock(row, "block", at, "flat");
        return;
      case "if":
        this.#startBlock(row, "if", at, "flat");
        return;
      case "try":
        this.#startBlock(row, "try", at, "flat");
        return;
      case "else":
      case "catch":
        this.#flatArm(top, row, at);
        return;
      case "end":
        this.#flatEnd(top, at);
        return;
      case "delegate":
        this.#flatDelegate(top, at);
        return;
      default: {
        const chosen = parseImmediates(c, row, this.#immediates);
        this.metadata.attach(this.metadata.take(), chosen, this.#offset);
        this.#emit(chosen, this.#immediates, at);
      }
    }
  }

  /** A structured instruction behind its keyword: emits it and opens its frame and label. */
  #startBlock(row: Row, kind: FrameKind, at: number, form: Open): void {
    const c: Context = this.#c;
    const label = this.#optionalLabel();
    const frame = this.#push(kind);
    frame.label = label;
    frame.labelName = c.nameAnnotation() ?? label;
    frame.row = row;
    frame.at = at;
    parseImmediates(c, row, frame.immediates);
    if (form === "folded" && row === ifRow) {
      // The condition comes first, outside the scope of the label.
      frame.hints = this.metadata.take();
      return;
    }
    this.metadata.attach(this.metadata.take(), row, this.#offset);
    this.#emit(row, frame.immediates, at);
    this.#pushLabel(frame);
  }

  /** Raises the error of an arm or an end that belongs to no block. */
  #misplaced(row: Row, at: number): void {
    this.#c.lexer.fail(`unexpected token ${row.name}`, "unexpected-token", at);
  }

  #checkLabel(frame: Frame): void {
    const at = this.#c.lexer.start;
    const label = this.#optionalLabel();
    if (label !== undefined && label !== frame.label)
      this.#c.lexer.fail("mismatching label", "mismatching-label", at, frame.label);
  }

  /** `else`, `catch x` and `catch_all` in the flat form. */
  #flatArm(top: Frame | undefined, row: Row, at: number): void {
    const c: Context = this.#c;
    const fits =
      row === elseRow
        ? top?.kind === "if"
        : top?.kind === "try" || (top?.kind === "catch" && (row === catchRow || row === catchAllRow));
    if (top === undefined || !fits) c.lexer.fail(`unexpected token ${row.name}`, "unexpected-token", at);
    this.metadata.attach(this.metadata.take(), row, this.#offset);
    if (row === catchRow) parseImmediates(c, row, this.#immediates);
    else this.#checkLabel(top);
    this.#emit(row, this.#immediates, at);
    top.kind = row === elseRow ? "else" : row === catchRow ? "catch" : "catch_all";
  }

  #flatEnd(top: Frame | undefined, at: number): void {
    if (top === undefined || !isFlatBlock(top.kind)) this.#c.lexer.fail("unexpected token end", "unexpected-token", at);
    this.metadata.attach(this.metadata.take(), endRow, this.#offset);
    this.#checkLabel(top);
    this.#emit(endRow, this.#immediates, at);
    this.#c.labels.pop();
    this.#depth--;
  }

  #flatDelegate(top: Frame | undefined, at: number): void {
    if (top?.kind !== "try") this.#c.lexer.fail("unexpected token delegate", "unexpected-token", at);
    this.metadata.attach(this.metadata.take(), delegateRow, this.#offset);
    // The label counts from outside the block that ends here.
    this.#c.labels.pop();
    this.#immediates.label = this.#c.label();
    this.#emit(delegateRow, this.#immediates, at);
    this.#depth--;
  }

  /** `(` and an instruction. */
  #open(): void {
    const c: Context = this.#c;
    const at = c.lexer.start;
    if (c.lexer.annotations.length > 0) this.metadata.gather(true);
    c.lexer.advance();
    const row = this.#row();
    switch (row.control) {
      case "block":
      case "loop":
      case "try_table":
        this.#startBlock(row, "folded-block", at, "folded");
        return;
      case "if":
        this.#startBlock(row, "folded-condition", at, "folded");
        return;
      case "try":
        this.#startBlock(row, "folded-try", at, "folded");
        return;
      case "else":
      case "catch":
      case "end":
      case "delegate":
        this.#misplaced(row, at + 1);
        return;
      default: {
        const frame = this.#push("operands");
        frame.at = at;
        frame.row = parseImmediates(c, row, frame.immediates);
        frame.hints = this.metadata.take();
      }
    }
  }

  /**
   * `(then`, `(else`, `(do`, `(catch`, `(catch_all`, `(delegate`, where the frame on top waits for one: false where it
   * does not.
   */
  #arm(top: Frame | undefined): boolean {
    switch (top?.kind) {
      case "folded-condition":
        if (!this.#c.tryOpen("then")) return false;
        this.metadata.attach(top.hints, ifRow, this.#offset);
        this.#emit(ifRow, top.immediates, top.at);
        this.#pushLabel(top);
        return this.#openArm(top, "folded-then");
      case "folded-then": {
        const at = this.#c.lexer.start;
        this.#c.open("else");
        this.#emit(elseRow, this.#immediates, at);
        return this.#openArm(top, "folded-else");
      }
      case "folded-try":
        this.#c.open("do");
        return this.#openArm(top, "folded-catches");
      case "folded-catches":
        return this.#foldedCatch(top);
      case "folded-else":
      case "folded-catch-all":
      case "folded-delegated":
        return this.#c.unexpected(")");
      default:
        return false;
    }
  }

  #openArm(frame: Frame, next: FrameKind): true {
    frame.kind = next;
    this.#push("arm");
    return true;
  }

  #foldedCatch(top: Frame): true {
    const c: Context = this.#c;
    const at = c.lexer.start;
    if (c.tryOpen("catch")) {
      parseImmediates(c, catchRow, this.#immediates);
      this.#emit(catchRow, this.#immediates, at);
      top.row = catchRow;
      return this.#openArm(top, "folded-catches");
    }
    if (c.tryOpen("catch_all")) {
      this.#emit(catchAllRow, this.#immediates, at);
      return this.#openArm(top, "folded-catch-all");
    }
    if (top.row !== tryRow) c.unexpected("(catch, (catch_all or )");
    c.open("delegate");
    c.labels.pop();
    this.#immediates.label = c.label();
    this.#emit(delegateRow, this.#immediates, at);
    c.close();
    top.kind = "folded-delegated";
    return true;
  }

  /** A closing parenthesis. */
  #close(top: Frame): void {
    const c: Context = this.#c;
    const at = c.lexer.start;
    switch (top.kind) {
      case "operands":
        this.metadata.attach(top.hints, top.row, this.#offset);
        this.#emit(top.row, top.immediates, top.at);
        break;
      case "folded-block":
      case "folded-then":
      case "folded-else":
      case "folded-catches":
      case "folded-catch-all":
        this.#emit(endRow, this.#immediates, at);
        c.labels.pop();
        break;
      case "folded-delegated":
      case "arm":
        break;
      default:
        c.unexpected(top.kind === "folded-condition" ? "(then" : "end");
    }
    c.lexer.advance();
    this.#depth--;
  }
}

function isFlatBlock(kind: FrameKind): boolean {
  return (
    kind === "block" || kind === "if" || kind === "else" || kind === "try" || kind === "catch" || kind === "catch_all"
  );
}

/** True for frames in which flat instructions may stand. */
function takesInstructions(kind: FrameKind): boolean {
  return kind === "arm" || kind === "folded-block" || isFlatBlock(kind);
}
