/**
 * Shared values in messages between agents (shared-everything threads, "JS API": shared objects keep their identity
 * where they are posted).
 *
 * A structured clone makes an empty object of a wrapper. So a value is posted as a handle, a plain object that every
 * way of messages carries, and received as what it stands for on the other agent: one object for one value there, and
 * the same one again where it comes back.
 *
 * Between the two, a root cell keeps a heap object alive (root-cells.ts): a handle that nobody receives keeps its
 * object for as long as the store lives.
 */
import { typeError } from "../core/base/errors.ts";
import type { GlobalType, TableType } from "../core/types/module.ts";
import type { Address } from "../gc/objects.ts";
import type { GlobalItem, TableItem, TagItem } from "../threads/link/items.ts";
import type { LinkedInstances } from "../threads/link/linked-instances.ts";
import type { InstanceItem } from "../threads/link/plans.ts";
import type { Conversions } from "../threads/values/convert.ts";
import type { Exceptions } from "../threads/values/exceptions.ts";
import type { ValueKind } from "../threads/values/kinds.ts";
import type { RootCells } from "../threads/values/root-cells.ts";
import type { ApiContext } from "./js/context.ts";
import { globalOf, type ItemClasses } from "./js/instance.ts";
import type { Handle, Posting, TransferHandler } from "./messages.ts";

/** A handle, with what the other agent makes the value from. */
type ItemHandle = Handle &
  (
    | { readonly kind: "object" | "exception"; readonly cell: number }
    | { readonly kind: "function"; readonly number: number }
    | { readonly kind: "global"; readonly type: GlobalType; readonly value: ValueKind; readonly cell: number }
    | { readonly kind: "thread-local global"; readonly type: GlobalType; readonly item: InstanceItem }
    | { readonly kind: "table"; readonly type: TableType; readonly element: ValueKind; readonly record: number }
    | { readonly kind: "tag"; readonly tag: TagItem }
  );

/** Handles of what an agent makes an object for, and finds by `keyOf`. */
type KeyedHandle = Exclude<ItemHandle, { kind: "object" | "exception" | "function" }>;

/** Which objects stand for which items on an agent. */
type PostedItems = Pick<ApiContext, "globals" | "tables" | "tags">;

/** An agent that posts and receives. */
interface PostingAgent extends Pick<Conversions, "functionIndex" | "functionObject" | "functions" | "objects"> {
  readonly exceptions: Exceptions;
  readonly rootCells: RootCells;
  readonly instances: Pick<LinkedInstances, "has" | "get">;
  readonly lazyInstalls: {
    /** Installs what other agents have told of, and this one has not done yet. */
    installAll(): void;
  };
}

/** Posts and receives for one agent. */
export class AgentPosting implements Posting {
  readonly transferHandler: TransferHandler;
  readonly #store: string;
  readonly #items: PostedItems;
  readonly #classes: ItemClasses;
  readonly #agent: PostingAgent;
  /** Objects that stand for items here, by what tells the items apart. */
  readonly #objects = new Map<string, WeakRef<object>>();

  /** `store` tells handles of one store from those of others. */
  constructor(store: string, agent: PostingAgent, items: PostedItems, classes: ItemClasses) {
    this.#store = store;
    this.#items = items;
    this.#classes = classes;
    this.#agent = agent;
    this.transferHandler = {
      canHandle: (value): value is unknown => this.canPost(value),
      serialize: (value) => [this.post(value), []],
      deserialize: (handle) => this.receive(handle),
    };
  }

  canPost(value: unknown): boolean {
    return this.#find(value) !== undefined;
  }

  post(value: unknown): Handle {
    const found = this.#find(value);
    if (found === undefined)
      throw typeError(
        "not-shared",
        "only shared objects, functions, globals, tables, tags and exceptions of the store are posted by handle",
      );
    const handle = found();
    const key = keyOf(handle);
    if (key !== undefined) this.#objects.set(key, new WeakRef(value as object));
    return handle;
  }

  /** Says how to make the handle of a value; undefined where it has none. */
  #find(value: unknown): (() => ItemHandle) | undefined {
    const heddle = this.#store;
    const agent = this.#agent;
    const { globals, tables, tags } = this.#items;
    const number = agent.functionIndex(value);
    if (number !== undefined) {
      return agent.functions.signature(number)?.shared === true ? () => ({ heddle, kind: "function", number }) : undefined;
    }
    const object = agent.objects.describe(value);
    if (object !== undefined)
      return object.shared ? () => ({ heddle, kind: "object", cell: agent.rootCells.keep(object.address) }) : undefined;
    const exception = agent.exceptions.addressOf(value);
    if (exception !== undefined) {
      return agent.exceptions.isShared(value) ? () => ({ heddle, kind: "exception", cell: agent.rootCells.keep(exception) }) : undefined;
    }
    const global = globals.find(value);
    if (global !== undefined) return this.#global(global);
    const table = tables.find(value);
    if (table !== undefined) {
      const { type, kind: element, record } = table;
      return type.shared ? () => ({ heddle, kind: "table", type, element, record }) : undefined;
    }
    const tag = tags.find(value);
    return tag?.shared === true ? () => ({ heddle, kind: "tag", tag }) : undefined;
  }

  #global({ type, kind: value, cell, threadLocal: item }: GlobalItem): (() => ItemHandle) | undefined {
    const heddle = this.#store;
    if (item !== undefined) return () => ({ heddle, kind: "thread-local global", type, item });
    return type.shared && cell !== undefined ? () => ({ heddle, kind: "global", type, value, cell }) : undefined;
  }

  receive(handle: Handle): unknown {
    if (handle?.heddle !== this.#store) throw typeError("foreign-handle", "a handle of this store is expected");
    const item = handle as ItemHandle;
    switch (item.kind) {
      case "object":
        return this.#take(item.cell, (address) => this.#agent.objects.wrap(address, true));
      case "exception":
        return this.#take(item.cell, (address) => this.#agent.exceptions.objectOf(address));
      case "function":
        return this.#function(item.number);
      default:
        return this.#item(item);
    }
  }

  #take(cell: number, wrap: (address: Address) => object): object {
    const object = this.#agent.rootCells.take(cell, wrap);
    if (object === undefined) throw typeError("spent-handle", "the handle has been received before");
    return object;
  }

  #function(number: number): object {
    // The message may have come before those that tell of the instance.
    if (this.#agent.functions.get(number) === undefined) this.#agent.lazyInstalls.installAll();
    return this.#agent.functionObject(number);
  }

  #item(handle: KeyedHandle): object {
    const key = keyOf(handle) as string;
    const known = this.#objects.get(key)?.deref();
    if (known !== undefined) return known;
    const object = this.#makeItem(handle);
    this.#objects.set(key, new WeakRef(object));
    return object;
  }

  #makeItem(handle: KeyedHandle): object {
    const { globals, tables, tags } = this.#items;
    switch (handle.kind) {
      case "global": {
        const { type, value: kind, cell } = handle;
        return globals.objectOf({ type, kind, host: undefined, cell, threadLocal: undefined }, this.#classes.Global.prototype);
      }
      case "thread-local global": {
        const { instance, index } = handle.item;
        if (!this.#agent.instances.has(instance)) this.#agent.lazyInstalls.installAll();
        return globals.objectOf(globalOf(handle.type, this.#agent.instances.get(instance), index), this.#classes.Global.prototype);
      }
      case "table": {
        const item: TableItem = { type: handle.type, kind: handle.element, record: handle.record };
        return tables.objectOf(item, this.#classes.Table.prototype);
      }
      case "tag":
        return tags.objectOf(handle.tag, this.#classes.Tag.prototype);
    }
  }
}

/** Tells items apart; undefined for what an agent finds by its address or number. */
function keyOf(handle: ItemHandle): string | undefined {
  switch (handle.kind) {
    case "global":
      return `global ${handle.cell}`;
    case "thread-local global":
      return `local ${handle.item.instance} ${handle.item.index}`;
    case "table":
      return `table ${handle.record}`;
    case "tag":
      return `tag ${handle.tag.number}`;
    default:
      return undefined;
  }
}
