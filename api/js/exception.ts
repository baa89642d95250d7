/** `WebAssembly.Tag`, `WebAssembly.Exception` and `WebAssembly.JSTag`. */
import { EXTERNREF, type ValType } from "../../core/types/types.ts";
import { JS_TAG } from "../../gc/heap/exception-objects.ts";
import type { TagItem } from "../../threads/link/items.ts";
import { isOpaqueToJs, opaqueError } from "../../threads/values/convert.ts";
import { defineFunctionType } from "../../threads/values/type-definitions.ts";
import { type ApiContext, type Creator, creatorOf } from "./context.ts";
import type { Namespace, TagDescriptor, TagObject } from "./shape.ts";
import { toValueType } from "./value-types.ts";
import { defineInterface, requireMember, toDictionary, toSequence, toUnsignedLong } from "./webidl.ts";

/** Makes a tag on the creator: `number` is what exceptions tell it by, on all agents. */
function createTag(store: Creator, params: readonly ValType[], shared: boolean, number: number): TagItem {
  const type = defineFunctionType(store.types, params, [], shared);
  const signature = store.kinds.signature(type);
  return { type, params: signature.params, record: signature.record, number, shared };
}

/**
 * The class for one agent; its constructor raises a TypeError on an agent that did not create the store. Members:
 * `TagObject` in shape.ts.
 */
export function createTagClass(context: ApiContext): Namespace["Tag"] {
  const { agent, tags } = context;

  class Tag {
    constructor(descriptor: TagDescriptor) {
      const members = toDictionary(descriptor, "a tag's type");
      const shared = Boolean(members["shared"]);
      const parameters = requireMember(members["parameters"], "parameters");
      const params = toSequence(parameters, "parameters").map((name) => toValueType(name, shared));
      tags.bind(this, createTag(creatorOf(context, "a tag"), params, shared, agent.control.reserveTags(1)));
    }

    get shared(): boolean {
      return tags.itemOf(this).shared;
    }
  }
  defineInterface(Tag, "Tag");
  return Tag as unknown as Namespace["Tag"];
}

/** The JavaScript exception tag: that of whatever JS throws. */
export function createJsTag(context: ApiContext, store: Creator, { prototype }: Namespace["Tag"]): TagObject {
  return context.tags.objectOf(createTag(store, [EXTERNREF], false, JS_TAG), prototype) as TagObject;
}

/** The class for one agent, also of the exceptions that wasm code throws. Members: `ExceptionObject` in shape.ts. */
export function createExceptionClass({ agent, tags }: ApiContext): Namespace["Exception"] {
  const { exceptions } = agent;
  const stacks = new WeakMap<object, string>();

  /** The number of the tag of `this`. */
  function tagOf(value: unknown): number {
    const number = exceptions.tagOf(value);
    if (number === undefined) throw new TypeError("a WebAssembly.Exception of this store expected");
    return number;
  }

  class Exception {
    constructor(exceptionTag: TagObject, payload: readonly unknown[], ...[options]: [unknown?]) {
      const tag = tags.itemOf(exceptionTag);
      const values = toSequence(payload, "an exception's payload");
      const { traceStack } = toDictionary(options, "an exception's options");
      if (tag.number === JS_TAG) throw new TypeError("JS values are thrown as they are, not with JSTag");
      if (values.length !== tag.params.length)
        throw new TypeError(`the tag has ${tag.params.length} parameters, not ${values.length}`);
      if (tag.params.some(isOpaqueToJs)) throw opaqueError();
      agent.withTemporaries(() => exceptions.create(this, tag, values));
      if (traceStack) stacks.set(this, new Error().stack ?? "");
    }

    getArg(exceptionTag: TagObject, index: number): unknown {
      const number = tagOf(this);
      const tag = tags.itemOf(exceptionTag);
      const at = toUnsignedLong(index, "an argument's index");
      if (tag.number !== number) throw new TypeError("the exception has another tag");
      const kind = tag.params[at];
      if (kind === undefined) throw new RangeError(`the exception has ${tag.params.length} arguments`);
      if (isOpaqueToJs(kind)) throw opaqueError();
      return exceptions.argument(this, tag, at);
    }

    is(exceptionTag: TagObject): boolean {
      const number = tagOf(this);
      return tags.itemOf(exceptionTag).number === number;
    }

    get shared(): boolean {
      tagOf(this);
      return exceptions.isShared(this);
    }

    get stack(): string | undefined {
      tagOf(this);
      return stacks.get(this);
    }
  }
  defineInterface(Exception, "Exception");
  exceptions.prototype = Exception.prototype;
  return Exception as unknown as Namespace["Exception"];
}
