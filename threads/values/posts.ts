/**
 * Posts: shared values on their way from one agent to another. What travels in the program's own messages is a token,
 * which names a post here and says nothing else, so that nothing that a program makes up, changes, or keeps for too
 * long leads to an object: a post is taken once, as what it was made as, by who has its nonce.
 *
 * Posts lie in chunks, permanent blocks that form a list:
 *
 *        0  next     the next chunk, or 0
 *       16  posts    CAPACITY of 32 bytes:
 *                      0  STATE   1 + index of its kind in `postKinds`; 0 while it is free, is written, or is taken
 *                      4  NONCE   12 random bytes
 *                     16  TARGET  function index, cell, record, or number: the kind says which; of a free post the next
 *                                 free one and one, or 0
 *                     20  INDEX   of a thread-local global in its instance
 *                     24  PLAN    address of a text, or 0
 *     ROOTS  roots    CAPACITY words: the object that a post keeps alive, or NULL
 *
 * The roots of a chunk are one range, since nothing else of a post must be taken for a reference.
 *
 * Free posts form a list under the store's lock. Who took a post from that list, or took it by its token, has it alone
 * until it commits: by a store of STATE, or by giving it back. An agent that dies in between leaves a post that nobody
 * finds again, with the object that it keeps: there is no harm in that but the bytes.
 */
import { typeError } from "../../core/base/errors.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { type Address, addressOf } from "../../gc/objects.ts";
import { NULL } from "./kinds.ts";
import type { Mutator } from "./mutator.ts";

/** What is posted. */
const postKinds = ["object", "exception", "function", "global", "thread-local global", "table", "tag"] as const;
export type PostKind = (typeof postKinds)[number];

/** What a post is made with. */
export interface NewPost {
  readonly kind: PostKind;
  /** The object that it keeps alive. */
  readonly root?: Address;
  readonly target?: number;
  readonly index?: number;
  readonly plan?: number;
}

/** What a post stands for. */
export interface Post {
  readonly kind: PostKind;
  /** The object, where there is one. It lives until the post has been taken. */
  readonly root: Address;
  readonly target: number;
  readonly index: number;
  readonly plan: number;
}

/** What posts ask of their agent. */
interface PostingMutator extends Mutator {
  readonly control: {
    /** Address of two words: where the first chunk is, and the first free post and one. */
    readonly posts: number;
    locked<T>(body: () => T): T;
  };
}

const CAPACITY = 224;
const POSTS = 16;
const POST_BYTES = 32;
const ROOTS = POSTS + CAPACITY * POST_BYTES;
const CHUNK_BYTES = ROOTS + CAPACITY * 4;

/** Words of a post. */
const STATE = 0;
const NONCE = 1;
const TARGET = 4;
const INDEX = 5;
const PLAN = 6;
const NONCE_WORDS = 3;

/** A token: eight digits for the post, eight for each word of its nonce. */
const tokens = new RegExp(`^[0-9a-f]{${8 * (1 + NONCE_WORDS)}}$`);

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
const wordOf = (token: string, index: number): number => Number.parseInt(token.slice(8 * index, 8 * index + 8), 16);

export class Posts {
  readonly #agent: PostingMutator;
  /** Addresses of the chunks, as far as this agent knows them. */
  readonly #chunks: number[] = [];
  /** Random words: to ask for many at once is faster. */
  readonly #random = new Uint32Array(256 * NONCE_WORDS);
  #used: number = this.#random.length;

  constructor(agent: PostingMutator) {
    this.#agent = agent;
  }

  /** Makes a post; returns the token by which it is taken. */
  put(post: NewPost): string {
    const number = this.#agent.control.locked(() => this.#takeFree());
    try {
      return this.#write(number, post);
    } catch (error) {
      // The stack is exhausted.
      this.#give(number);
      throw error;
    }
  }

  /**
   * Takes the post that a token names, if its kind is the given one: hands it to `use`, and forgets it. Where `use`
   * throws, the post stays. Raises a `TypeError`, and changes nothing, for whatever else it is called with.
   */
  take<T>(kind: unknown, token: unknown, use: (post: Post) => T): T {
    const state = 1 + (postKinds as readonly unknown[]).indexOf(kind);
    if (state === 0 || typeof token !== "string" || !tokens.test(token)) {
      throw typeError("foreign-handle", "a handle of this store is expected");
    }
    const number = wordOf(token, 0);
    // One message whatever is wrong: it tells who makes up tokens nothing.
    if (number >= this.#count() || !this.#agent.control.locked(() => this.#claim(number, state, token))) {
      throw typeError("spent-handle", "the handle has been received before, or revoked");
    }
    try {
      const result = use(this.#read(number, kind as PostKind));
      this.#give(number);
      return result;
    } catch (error) {
      Atomics.store(this.#words, this.#at(number) + STATE, state);
      throw error;
    }
  }

  get #words(): Heap["words"] {
    return this.#agent.heap.words;
  }

  /** How many posts there are room for. */
  #count(): number {
    const words = this.#words;
    for (;;) {
      const last = this.#chunks.at(-1);
      const next = Atomics.load(words, (last ?? this.#agent.control.posts) >>> 2) >>> 0;
      if (next === 0) return this.#chunks.length * CAPACITY;
      this.#chunks.push(next);
    }
  }

  /** Index of a post's first word. */
  #at(number: number): number {
    const chunk = this.#chunks[Math.floor(number / CAPACITY)] as number;
    return (chunk + POSTS + (number % CAPACITY) * POST_BYTES) >>> 2;
  }

  /** Index of the word that keeps a post's object alive. */
  #rootOf(number: number): number {
    const chunk = this.#chunks[Math.floor(number / CAPACITY)] as number;
    return (chunk + ROOTS + (number % CAPACITY) * 4) >>> 2;
  }

  /** Index of the word that says which post is free. */
  get #free(): number {
    return (this.#agent.control.posts + 4) >>> 2;
  }

  /** Takes a free post from the list, under the lock. */
  #takeFree(): number {
    const found = Atomics.load(this.#words, this.#free);
    const number = found === 0 ? this.#addChunk() : found - 1;
    this.#count();
    Atomics.store(this.#words, this.#free, this.#words[this.#at(number) + TARGET] as number);
    return number;
  }

  /** Adds a chunk of free posts, under the lock; returns the first one. */
  #addChunk(): number {
    const { heap, control } = this.#agent;
    const first = this.#count();
    const chunk = heap.allocatePermanent(CHUNK_BYTES);
    const { words } = heap;
    words.fill(0, chunk >>> 2, (chunk + ROOTS) >>> 2);
    words.fill(NULL, (chunk + ROOTS) >>> 2, (chunk + CHUNK_BYTES) >>> 2);
    for (let i = 0; i < CAPACITY - 1; i++) words[((chunk + POSTS + i * POST_BYTES) >>> 2) + TARGET] = first + i + 2;
    heap.runtime.addRoots(chunk + ROOTS, chunk + CHUNK_BYTES);
    // Race: linked when it is whole, since others read the list of chunks without the lock.
    Atomics.store(words, (this.#chunks.at(-1) ?? control.posts) >>> 2, chunk);
    return first;
  }

  /** Gives a post back that this agent alone has; where it throws, nothing has changed. */
  #give(number: number): void {
    this.#agent.control.locked(() => {
      const words = this.#words;
      // A collection that reads the word meanwhile sees the object or null, and both are right.
      Atomics.store(words, this.#rootOf(number), NULL);
      words[this.#at(number) + TARGET] = Atomics.load(words, this.#free);
      Atomics.store(words, this.#free, number + 1);
    });
  }

  /** Fills a post that this agent alone has; returns its token. */
  #write(number: number, { kind, root, target = 0, index = 0, plan = 0 }: NewPost): string {
    if (root !== undefined) {
      // As a mutator: a collection that runs must not have read the word already.
      this.#agent.asMutator(() => Atomics.store(this.#words, this.#rootOf(number), root | 0));
    }
    const words = this.#words;
    const at = this.#at(number);
    let token = hex(number);
    for (let i = 0; i < NONCE_WORDS; i++) {
      const word = this.#randomWord();
      words[at + NONCE + i] = word;
      token += hex(word);
    }
    words[at + TARGET] = target;
    words[at + INDEX] = index;
    words[at + PLAN] = plan;
    // Commits: nobody else looks at the post before.
    Atomics.store(words, at + STATE, 1 + postKinds.indexOf(kind));
    return token;
  }

  #randomWord(): number {
    if (this.#used === this.#random.length) {
      crypto.getRandomValues(this.#random);
      this.#used = 0;
    }
    return this.#random[this.#used++] as number;
  }

  /** Makes a post this agent's, under the lock; false where its state or its nonce are others. */
  #claim(number: number, state: number, token: string): boolean {
    const words = this.#words;
    const at = this.#at(number);
    if (Atomics.load(words, at + STATE) !== state) return false;
    for (let i = 0; i < NONCE_WORDS; i++) if (words[at + NONCE + i] !== (wordOf(token, 1 + i) | 0)) return false;
    // Race: of two agents that receive copies of one message, the lock lets one get here.
    Atomics.store(words, at + STATE, 0);
    return true;
  }

  #read(number: number, kind: PostKind): Post {
    const words = this.#words;
    const at = this.#at(number);
    return {
      kind,
      root: addressOf(Atomics.load(words, this.#rootOf(number))),
      target: (words[at + TARGET] as number) >>> 0,
      index: words[at + INDEX] as number,
      plan: (words[at + PLAN] as number) >>> 0,
    };
  }
}
