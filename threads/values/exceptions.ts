/**
 * Exceptions where lowered code and JS meet.
 *
 * Lowered code throws the host's one tag with the address of an exception in the heap (gc/layout/exception-layout.ts).
 * On the way to a handler in lowered code nothing can collect it, since an agent that unwinds reaches no safepoint.
 * Here, on the way through JS, it becomes what JS is to see (JS API, "Exported functions" and "create a host
 * function"):
 *
 *  - an `Exception` object, the same one for the same exception, whose handle keeps the exception alive;
 *  - of an exception that JS threw itself, which has the JavaScript exception tag: the thrown value;
 *
 * and what JS throws becomes an exception of the heap again, except traps: those go on as the errors that the host made
 * for them, which no handler catches.
 */
import { engine } from "../../core/base/engine.ts";
import {
  isSharedException,
  JS_EXCEPTION_BYTES,
  JS_TAG,
  jsPayload,
  placePayload,
  tagOf,
  writeException,
  writeJsExceptionRecord,
  writeJsPayload,
} from "../../gc/heap/exception-objects.ts";
import { type Address, addressOf } from "../../gc/objects.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import type { Traps } from "../traps/traps.ts";
import { bytesOf, initializeCell, readFinalCell } from "./cells.ts";
import { anyKind, type Conversions, externalize, fromLowered, internalize, toLowered } from "./convert.ts";
import { isHostReference, NULL, type ValueKind } from "./kinds.ts";
import type { AllocatingMutator } from "./mutator.ts";
import { Objects } from "./objects.ts";

/** What exceptions ask of the agent. */
export interface ExceptionAgent extends Conversions, AllocatingMutator {
  readonly traps: Traps;
}

/** A tag, as far as it takes to make and read its exceptions. */
export interface ExceptionTag {
  /** Store-wide number. */
  readonly number: number;
  /** Address of the record of the tag's function type. */
  readonly record: number;
  readonly params: readonly ValueKind[];
}

/** The exceptions of one agent. */
export class Exceptions {
  /** The host's tag of all exceptions; the parameter is the exception's address. */
  readonly tag: WebAssembly.Tag;
  /** The prototype of the objects that stand for exceptions in JS: the namespace's `Exception.prototype`. */
  prototype: object = engine.Exception.prototype;
  readonly #agent: ExceptionAgent;
  readonly #objects: Objects;
  /** Record of exceptions that JS threw; 0 until the first one. */
  #jsRecord = 0;

  constructor(agent: ExceptionAgent) {
    this.#agent = agent;
    this.#objects = new Objects(agent.heap.handles, () => Object.create(this.prototype) as object);
    this.tag = new engine.Tag({ parameters: ["i32"] });
  }

  /** What JS gets to see of an error which came out of lowered code. The agent is a mutator. */
  toJs(error: unknown): unknown {
    const address = this.#thrownAddress(error);
    if (address === undefined) return this.#agent.traps.translate(error);
    const { objects } = this.#agent.heap;
    if (tagOf(objects, address) !== JS_TAG) return this.objectOf(address);
    return externalize(this.#agent, jsPayload(objects, address));
  }

  /** The object that stands for the exception at `address`. The agent is a mutator. */
  objectOf(address: Address): object {
    return this.#objects.wrap(address, isSharedException(this.#agent.heap.objects, address));
  }

  /** Whether the exception that an object stands for can be had by all agents: its tag's function type is shared. */
  isShared(value: unknown): boolean {
    return this.#objects.describe(value)?.shared === true;
  }

  /** The address of the exception that an object stands for; undefined for any other value. */
  addressOf(value: unknown): Address | undefined {
    return this.#objects.describe(value)?.address;
  }

  #thrownAddress(error: unknown): Address | undefined {
    if (!(error instanceof engine.Exception) || !error.is(this.tag)) return undefined;
    return addressOf(error.getArg(this.tag, 0) as number);
  }

  /**
   * What lowered code is to meet of a value that a JS function threw. The agent is a mutator with the shadow stack up
   * to `sp`.
   */
  toLowered(error: unknown, sp: number): unknown {
    const trap = this.#agent.traps.hostError(error);
    if (trap !== undefined) return trap;
    const address = this.addressOf(error) ?? this.#allocateForJs(error, sp);
    return new engine.Exception(this.tag, [address | 0]);
  }

  #allocateForJs(value: unknown, sp: number): number {
    const { heap, temporaries } = this.#agent;
    this.#jsRecord ||= writeJsExceptionRecord(heap);
    const mark = temporaries.mark();
    const payload = this.#internalize(value, sp);
    const address = this.#allocate({ number: JS_TAG, record: this.#jsRecord, params: [] }, sp, JS_EXCEPTION_BYTES);
    writeJsPayload(heap.objects, address, payload);
    temporaries.release(mark);
    return address;
  }

  /** An extern as memory has it, kept until the call from JS ends. */
  #internalize(value: unknown, sp: number): number {
    const word = internalize(this.#agent, value, sp);
    if (word !== NULL && (word & 1) === 0) this.#agent.temporaries.keep(word);
    return word;
  }

  /** An exception whose values are still to be written, before the next safepoint. */
  #allocate({ number, record }: ExceptionTag, sp: number, size: number): Address {
    const { heap } = this.#agent;
    const address = addressOf(heap.runtime.allocate(size, sp));
    if (address === 0) this.#agent.raise(TrapCode.outOfMemory);
    writeException(heap.objects, address, record, number);
    return address;
  }

  /**
   * Makes `object` stand for a new exception with these values, converted as the tag's parameters say. Raises
   * TypeErrors.
   */
  create(object: object, tag: ExceptionTag, values: readonly unknown[]): void {
    const lowered = tag.params.map((kind, i) => toLowered(this.#agent, kind, values[i]));
    const { size, offsets } = placePayload(tag.params.map(bytesOf));
    this.#agent.asMutator((sp) => {
      // Boxes of externs first: the exception must be written before anything else is allocated.
      const stored = lowered.map((value, i) =>
        isHostReference(tag.params[i]!) ? this.#internalize(value, sp) : value,
      );
      const address = this.#allocate(tag, sp, size);
      for (const [i, kind] of tag.params.entries())
        initializeCell(this.#agent.heap, kind, address + (offsets[i] as number), stored[i]);
      this.#objects.adopt(object, address, isSharedException(this.#agent.heap.objects, address));
    });
  }

  /** The number of an exception's tag; undefined for a value that is no exception of this agent. */
  tagOf(value: unknown): number | undefined {
    const address = this.addressOf(value);
    return address === undefined ? undefined : tagOf(this.#agent.heap.objects, address);
  }

  /** The value of parameter `index` of an exception with this tag. */
  argument(value: unknown, { params }: Pick<ExceptionTag, "params">, index: number): unknown {
    const address = this.addressOf(value) as number;
    const kind = params[index] as ValueKind;
    const { offsets } = placePayload(params.map(bytesOf));
    const stored = isHostReference(kind) ? anyKind : kind;
    return this.#agent.asMutator(() =>
      fromLowered(this.#agent, stored, readFinalCell(this.#agent.heap, kind, address + (offsets[index] as number))),
    );
  }
}
