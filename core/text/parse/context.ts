/** What is known while one module's text is parsed, and the steps that every part of the grammar takes. */
import { CompileError } from "../../base/errors.ts";
import type { FeatureName, FeatureSet } from "../../base/features.ts";
import { limits } from "../../binary/sections.ts";
import { type Names, noNames } from "../../types/module.ts";
import { parseNameAnnotation } from "../lex/custom.ts";
import { parseNatural } from "../lex/integers.ts";
import { isKnownKeyword, isNumberText } from "../lex/keywords.ts";
import { END, ID, KEYWORD, LEFT, Lexer, NUMBER, RESERVED, RIGHT, STRING } from "../lex/lexer.ts";
import { type Binding, IndexSpace, LabelStack } from "../lex/names.ts";
import { checkCharacters, positionAt } from "../lex/source.ts";
import { SourceMapBuilder } from "../lex/source-map.ts";
import { identifierName, stringText } from "../lex/strings.ts";
import { TypeSpace } from "./type-space.ts";

export class Context {
  readonly lexer: Lexer;
  readonly features: FeatureSet;
  readonly map: SourceMapBuilder;
  readonly names: Names = noNames();
  readonly types: TypeSpace;
  readonly functions: IndexSpace;
  readonly tables: IndexSpace;
  readonly memories: IndexSpace;
  readonly globals: IndexSpace;
  readonly tags: IndexSpace;
  readonly elements: IndexSpace;
  readonly data: IndexSpace;
  /** Whether an instruction names a data segment: then a binary needs the data count section. */
  usesData = false;
  /** The current function's locals; without names where an expression belongs to no function. */
  locals: IndexSpace = new IndexSpace("local");
  readonly labels = new LabelStack();
  /** Names of labels by label number, in the order in which blocks open, of the current function. */
  labelNames: Map<number, string> | undefined;
  /** Blocks opened so far in the current function. */
  labelCount = 0;

  constructor(source: string, start: number, limit: number, features: FeatureSet) {
    checkCharacters(source, start, limit);
    this.lexer = new Lexer(source, start, limit);
    this.features = features;
    this.map = new SourceMapBuilder(source);
    const { names } = this;
    this.types = new TypeSpace(new IndexSpace("type", names.types), names.fields);
    this.functions = new IndexSpace("func", names.functions);
    this.tables = new IndexSpace("table", names.tables);
    this.memories = new IndexSpace("memory", names.memories);
    this.globals = new IndexSpace("global", names.globals);
    this.tags = new IndexSpace("tag", names.tags);
    this.elements = new IndexSpace("elem", names.elements);
    this.data = new IndexSpace("data", names.data);
  }

  /** Raises the error of a token that does not fit: one that the language does not have is an unknown operator. */
  unexpected(expected?: string, index = this.lexer.start): never {
    const lexer: Lexer = this.lexer;
    const { kind } = lexer;
    const word = kind === END ? "end of text" : lexer.text();
    const unknown =
      kind === RESERVED || (kind === KEYWORD && !isKnownKeyword(word)) || (kind === NUMBER && !isNumberText(word));
    if (unknown) lexer.fail(`unknown operator ${word}`, "unknown-operator", index, expected);
    // A parenthesis is at fault for the word after it, as when `(foo)` stands where an instruction should.
    if (kind === LEFT && lexer.nextKind === KEYWORD) {
      const after = lexer.source.slice(lexer.nextStart, lexer.nextEnd);
      if (!isKnownKeyword(after))
        lexer.fail(`unknown operator ${after}`, "unknown-operator", lexer.nextStart, expected);
    }
    if (kind === LEFT && lexer.nextKind === RESERVED)
      lexer.fail("unknown operator", "unknown-operator", lexer.nextStart, expected);
    lexer.fail(`unexpected token ${word.slice(0, 40)}`, "unexpected-token", index, expected);
  }

  /** Raises an error unless the feature is on. */
  require(feature: FeatureName, what: string, index = this.lexer.start): void {
    if (this.features.has(feature)) return;
    const position = positionAt(this.lexer.source, index);
    throw new CompileError(
      `${what} needs the feature ${feature}, which is off`,
      { code: "feature-off", position, expected: feature },
      true,
    );
  }

  /** Takes `(word`. */
  open(word: string): void {
    if (!this.lexer.isOpening(word)) this.unexpected(`(${word}`);
    this.lexer.advance();
    this.lexer.advance();
  }

  /** Takes `(word` if it is there. */
  tryOpen(word: string): boolean {
    if (!this.lexer.isOpening(word)) return false;
    this.lexer.advance();
    this.lexer.advance();
    return true;
  }

  /** Takes a closing parenthesis. */
  close(): void {
    if (this.lexer.kind !== RIGHT) this.unexpected(")");
    this.lexer.advance();
  }

  /** Takes this keyword. */
  keyword(word: string): void {
    if (!this.tryKeyword(word)) this.unexpected(word);
  }

  /** Takes this keyword if it is there. */
  tryKeyword(word: string): boolean {
    if (!this.lexer.isKeyword(word)) return false;
    this.lexer.advance();
    return true;
  }

  /** Takes an identifier if one is there, and returns its name. */
  optionalId(): string | undefined {
    const lexer: Lexer = this.lexer;
    if (lexer.kind !== ID) return undefined;
    const name = identifierName(lexer.source, lexer.start, lexer.end);
    lexer.advance();
    return name;
  }

  /** Takes `(@name "...")` behind an identifier, or where one could stand (core, appendix "Name Annotations"). */
  nameAnnotation(): string | undefined {
    const lexer: Lexer = this.lexer;
    if (lexer.annotations.length === 0) return undefined;
    const [annotation, second] = lexer.takeAnnotations("name");
    if (second !== undefined) lexer.fail("@name annotation: multiple names", "duplicate-annotation", second.start);
    return annotation === undefined ? undefined : parseNameAnnotation(lexer.source, annotation);
  }

  /** Takes what names one item; undefined where nothing does. */
  binding(): Binding | undefined {
    const id = this.optionalId();
    const annotation = this.nameAnnotation();
    return id === undefined && annotation === undefined ? undefined : { id, annotation };
  }

  /** Raises an error unless what a name annotation stands before is one item. */
  checkOneNamed(binding: Binding | undefined, count: number, at: number): void {
    if (binding === undefined || count === 1) return;
    this.lexer.fail("@name annotation: one declaration is named, not several", "name-annotation", at);
  }

  /** Takes a string literal that is a name (core 6.3.4): well-formed UTF-8. */
  name(): string {
    const lexer: Lexer = this.lexer;
    if (lexer.kind !== STRING) this.unexpected("a string");
    const text = stringText(lexer.source, lexer.start, lexer.end);
    lexer.advance();
    return text;
  }

  /** Takes an unsigned integer below 2^bits. */
  natural(bits: number, message = `i${bits} constant out of range`): bigint {
    const lexer: Lexer = this.lexer;
    if (lexer.kind !== NUMBER) this.unexpected(`a u${bits}`);
    const value = parseNatural(lexer.source, lexer.start, lexer.end);
    if (value === undefined) this.unexpected(`a u${bits}`);
    if (value >= 1n << BigInt(bits)) lexer.fail(message, "constant-out-of-range");
    lexer.advance();
    return value;
  }

  /** Takes a u32. */
  u32(): number {
    return Number(this.natural(32));
  }

  /** True when the current token can be an index: a number or an identifier. */
  get atIndex(): boolean {
    return this.lexer.kind === NUMBER || this.lexer.kind === ID;
  }

  /** Takes an index: a u32, or an identifier bound in `space`. */
  index(space: IndexSpace): number {
    const lexer: Lexer = this.lexer;
    if (lexer.kind === ID) {
      const name = identifierName(lexer.source, lexer.start, lexer.end);
      const found = space.find(name);
      if (found === undefined) lexer.fail(`unknown ${space.title} $${name}`, `unknown-${space.title}`);
      lexer.advance();
      return found;
    }
    if (lexer.kind !== NUMBER) this.unexpected(`a ${space.title} index`);
    return this.u32();
  }

  /** Takes a type index inside a type, where only as many fit as a module may have. */
  typeIndex(): number {
    const at = this.lexer.start;
    const index = this.index(this.types.space);
    if (index < limits.types) return index;
    // Not malformed: the index is well written, but no module has that type.
    const position = positionAt(this.lexer.source, at);
    throw new CompileError(`unknown type ${index}`, { code: "unknown-type", position });
  }

  /** Takes an index if one is there; the first item of the space otherwise. */
  optionalIndex(space: IndexSpace): number {
    return this.atIndex ? this.index(space) : 0;
  }

  /** Takes a label: a relative depth, or an identifier bound by an enclosing block. */
  label(): number {
    const lexer: Lexer = this.lexer;
    if (lexer.kind !== ID) return this.lexer.kind === NUMBER ? this.u32() : this.unexpected("a label");
    const name = identifierName(lexer.source, lexer.start, lexer.end);
    const depth = this.labels.find(name);
    if (depth < 0) lexer.fail(`unknown label $${name}`, "unknown-label");
    lexer.advance();
    return depth;
  }

  /** Enters an item into an index space; raises an error where the name is taken. */
  bind(space: IndexSpace, name: string | undefined, at: number): number {
    const index = space.add(name);
    if (index < 0) this.lexer.fail(`duplicate ${space.title} $${name}`, `duplicate-${space.title}`, at);
    return index;
  }

  /** Enters an item that may have a name by an annotation. */
  bindNamed(space: IndexSpace, binding: Binding | undefined, at: number): void {
    space.rename(this.bind(space, binding?.id, at), binding?.annotation);
  }
}
