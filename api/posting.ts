/**
 * Shared values in messages between agents (shared-everything threads, "JS API": shared objects keep their identity
 * where they are posted).
 *
 * A structured clone makes an empty object of a wrapper. So a value is posted as a handle, a plain object that every
 * way of messages carries, and received as what it stands for on the other agent: one object for one value there, and
 * the same one again where it comes back.
 *
 * Between the two, the store keeps what a handle stands for, and the handle only names it (threads/values/posts.ts):
 * handles go where programs can read, copy and change them, and must lead to nothing but what was posted.
 */

import { InternalError } from "../core/base/assert.ts";
import { typeError } from "../core/base/errors.ts";
import type { GlobalType, TableType } from "../core/types/module.ts";
import type { Heap } from "../gc/heap/heap.ts";
import type { GlobalItem, TagItem } from "../threads/link/items.ts";
import type { LinkedInstances } from "../threads/link/linked-instances.ts";
import { fromJson, toJson } from "../threads/sync/shared-json.ts";
import { readText, writePermanentText } from "../threads/sync/shared-text.ts";
import type { Conversions } from "../threads/values/convert.ts";
import type { Exceptions } from "../threads/values/exceptions.ts";
import type { ValueKind } from "../threads/values/kinds.ts";
import type { NewPost, Post, Posts } from "../threads/values/posts.ts";
import type { ApiContext } from "./js/context.ts";
import { globalOf, type ItemClasses } from "./js/instance.ts";
import type { Handle, Posting, TransferHandler } from "./messages.ts";

/** A value that can be posted. */
interface Found extends Omit<NewPost, "plan"> {
  /** What another agent makes an item's object from, beside where the item is. */
  readonly plan?: ItemPlan;
}

type ItemPlan = GlobalPlan | LocalGlobalPlan | TablePlan | TagItem;
interface GlobalPlan {
  readonly type: GlobalType;
  readonly value: ValueKind;
}
interface LocalGlobalPlan {
  readonly type: GlobalType;
}
interface TablePlan {
  readonly type: TableType;
  readonly element: ValueKind;
}

/** Which objects stand for which items on an agent. */
type PostedItems = Pick<ApiContext, "globals" | "tables" | "tags">;

/** An agent that posts and receives. */
interface PostingAgent
  extends Pick<Conversions, "asMutator" | "functionIndex" | "functionObject" | "functions" | "objects"> {
  readonly heap: Heap;
  readonly exceptions: Exceptions;
  readonly posts: Posts;
  readonly instances: Pick<LinkedInstances, "has" | "get">;
  readonly lazyInstalls: {
    /** Installs what other agents have told of, and this one has not done yet. */
    installAll(): void;
  };
}

/** Plans of items have no memories. */
function noMemory(): never {
  throw new InternalError("a memory in the plan of an item");
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
  /** Addresses of the plans that this agent has written, by their texts. */
  readonly #plans = new Map<string, number>();

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
    const { plan, ...post } = found;
    if (plan !== undefined) this.#objects.set(keyOf(found), new WeakRef(value as object));
    const token = this.#agent.posts.put(plan === undefined ? post : { ...post, plan: this.#write(plan) });
    return { heddle: this.#store, kind: found.kind, token };
  }

  receive(handle: Handle): unknown {
    return this.#take(handle, (post) => this.#valueOf(post));
  }

  /** Revokes a handle: see `Store.discard`. */
  discard(handle: Handle): void {
    this.#take(handle, () => undefined);
  }

  #take<T>(handle: Handle | null | undefined, use: (post: Post) => T): T {
    // Each property is read once, and before anything is done: the handle may be any object, with getters of its own.
    const { heddle, kind, token } = handle ?? { heddle: undefined, kind: undefined, token: undefined };
    if (heddle !== this.#store) throw typeError("foreign-handle", "a handle of this store is expected");
    return this.#agent.posts.take(kind, token, use);
  }

  #find(value: unknown): Found | undefined {
    const agent = this.#agent;
    const target = agent.functionIndex(value);
    if (target !== undefined)
      return agent.functions.signature(target)?.shared === true ? { kind: "function", target } : undefined;
    const object = agent.objects.describe(value);
    if (object !== undefined) return object.shared ? { kind: "object", root: object.address } : undefined;
    const root = agent.exceptions.addressOf(value);
    if (root !== undefined) return agent.exceptions.isShared(value) ? { kind: "exception", root } : undefined;
    return this.#findItem(value);
  }

  #findItem(value: unknown): Found | undefined {
    const { globals, tables, tags } = this.#items;
    const global = globals.find(value);
    if (global !== undefined) return findGlobal(global);
    const table = tables.find(value);
    if (table !== undefined) {
      const { type, kind: element, record } = table;
      return type.shared ? { kind: "table", target: record, plan: { type, element } } : undefined;
    }
    const tag = tags.find(value);
    return tag?.shared === true ? { kind: "tag", target: tag.number, plan: tag } : undefined;
  }

  /** Writes a plan, or finds where this agent has written the same before. */
  #write(plan: ItemPlan): number {
    const text = toJson(plan, noMemory);
    const known = this.#plans.get(text);
    if (known !== undefined) return known;
    const address = writePermanentText(this.#agent.heap, text);
    this.#plans.set(text, address);
    return address;
  }

  #valueOf(post: Post): object {
    const agent = this.#agent;
    switch (post.kind) {
      case "object":
        return agent.asMutator(() => agent.objects.wrap(post.root, true));
      case "exception":
        return agent.asMutator(() => agent.exceptions.objectOf(post.root));
      case "function":
        // The message may have come before those that tell of the instance.
        if (agent.functions.get(post.target) === undefined) agent.lazyInstalls.installAll();
        return agent.functionObject(post.target);
      default:
        return this.#item(post);
    }
  }

  #item(post: Post): object {
    const key = keyOf(post);
    const known = this.#objects.get(key)?.deref();
    if (known !== undefined) return known;
    const object = this.#makeItem(post, fromJson(readText(this.#agent.heap, post.plan), noMemory));
    this.#objects.set(key, new WeakRef(object));
    return object;
  }

  #makeItem({ kind, target, index }: Post, plan: unknown): object {
    const { globals, tables, tags } = this.#items;
    const { Global, Table, Tag } = this.#classes;
    switch (kind) {
      case "global": {
        const { type, value } = plan as GlobalPlan;
        return globals.objectOf(
          { type, kind: value, host: undefined, cell: target, threadLocal: undefined },
          Global.prototype,
        );
      }
      case "thread-local global": {
        if (!this.#agent.instances.has(target)) this.#agent.lazyInstalls.installAll();
        const { type } = plan as LocalGlobalPlan;
        return globals.objectOf(globalOf(type, this.#agent.instances.get(target), index), Global.prototype);
      }
      case "table": {
        const { type, element } = plan as TablePlan;
        return tables.objectOf({ type, kind: element, record: target }, Table.prototype);
      }
      case "tag":
        return tags.objectOf(plan as TagItem, Tag.prototype);
      default:
        throw new InternalError(`a post of kind ${kind} has no item`);
    }
  }
}

function findGlobal({ type, kind: value, cell, threadLocal: item }: GlobalItem): Found | undefined {
  if (item !== undefined)
    return { kind: "thread-local global", target: item.instance, index: item.index, plan: { type } };
  return type.shared && cell !== undefined ? { kind: "global", target: cell, plan: { type, value } } : undefined;
}

/** Tells items apart. */
function keyOf({ kind, target, index = 0 }: Pick<NewPost, "kind" | "target" | "index">): string {
  return `${kind} ${target} ${index}`;
}
