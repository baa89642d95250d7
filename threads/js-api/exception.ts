/** `WebAssembly.Tag`, `WebAssembly.Exception` and `WebAssembly.JSTag`. */
import { EXTERNREF, type ValType } from "../../core/types.ts";
import { JS_TAG } from "../../gc/exception-layout.ts";
import { isOpaqueToJs, opaqueError } from "../convert.ts";
import type { TagItem } from "../items.ts";
import { defineFunctionType } from "../type-definitions.ts";
import type { ApiContext } from "./context.ts";
import type { Namespace, TagDescriptor, TagObject } from "./shape.ts";
import { toValueType } from "./value-types.ts";
import { defineInterface, requireMember, toDictionary, toSequence, toUnsignedLong } from "./webidl.ts";

function createTag({ store }: ApiContext, params: readonly ValType[], number: number): TagItem {
  const type = defineFunctionType(store.types, params, []);
  const signature = store.kinds.signature(type);
  return { type, params: signature.params, record: signature.record, number };
}

export function createTagClass(context: ApiContext): Namespace["Tag"] {
  const { store, tags } = context;

  class Tag {
    constructor(descriptor: TagDescriptor) {
      const { parameters } = toDictionary(descriptor, "a tag's type");
      const params = toSequence(requireMember(parameters, "parameters"), "parameters").map((name) => toValueType(name));
      tags.bind(this, createTag(context, params, store.agent.control.reserveTags(1)));
    }
  }
  defineInterface(Tag, "Tag");
  return Tag as unknown as Namespace["Tag"];
}

/** The JavaScript exception tag: that of whatever JS throws. */
export function createJsTag(context: ApiContext, { prototype }: Namespace["Tag"]): TagObject {
  return context.tags.objectOf(createTag(context, [EXTERNREF], JS_TAG), prototype) as TagObject;
}

export function createExceptionClass({ store, tags }: ApiContext): Namespace["Exception"] {
  const { agent } = store;
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
      if (values.length !== tag.params.length) throw new TypeError(`the tag has ${tag.params.length} parameters, not ${values.length}`);
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

    get stack(): string | undefined {
      tagOf(this);
      return stacks.get(this);
    }
  }
  defineInterface(Exception, "Exception");
  exceptions.prototype = Exception.prototype;
  return Exception as unknown as Namespace["Exception"];
}
