/**
 * What agents tell each other: the messages, and the calls that go over comlink.
 *
 * Three ways lead to a Worker. Jobs go through the queue in shared memory (job-queue.ts), so that they need no event
 * loop. Installing instances and asking for statistics are calls of `AgentService`, carried by comlink over a port of
 * their own. What a Worker has to say on its own account is an `AgentEvent`.
 */

import type { HeapShare } from "../../gc/heap/heap.ts";
import type { Install } from "../link/plans.ts";
import type { PortableError } from "../traps/traps.ts";

/** The first message to a Worker; the port carries comlink. */
export interface StartMessage {
  readonly kind: "start";
  readonly agent: number;
  /** Tells the store from others. */
  readonly store: string;
  readonly heap: HeapShare;
  readonly control: number;
  readonly hostRecord: number;
  /** All installs so far, in order. */
  readonly installs: readonly Install[];
  readonly port: MessagePort;
  /** Where its events go; undefined where they go to who started it. */
  readonly events?: MessagePort;
}

/** The first message to the starter (starter.ts). */
export interface StarterMessage {
  readonly kind: "starter";
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  /** All installs so far, in order. */
  readonly installs: readonly Install[];
  /** Address of the Workers' script. */
  readonly script: string;
}

/** What the creator tells the starter. */
export type StarterOrder =
  /**
   * An agent that it may start a Worker for: under this number (tickets.ts), with what the Worker is told but the
   * installs.
   */
  | {
      readonly kind: "offer";
      readonly ticket: number;
      readonly start: StartMessage;
      readonly events: MessagePort;
      /** A name for the Worker's Web Lock. */
      readonly lock: string;
    }
  | { readonly kind: "install"; readonly step: Install }
  /** There is no Worker at all: the first job that waits is not to wait longer. */
  | { readonly kind: "hurry" }
  /** One Worker is to be started, whether jobs wait or not. */
  | { readonly kind: "replace" }
  | { readonly kind: "terminate"; readonly agent: number };

/** What the starter tells the creator. */
export type StarterEvent =
  | { readonly kind: "ready" }
  | { readonly kind: "failure"; readonly agent: number; readonly error: PortableError }
  | { readonly kind: "exit"; readonly agent: number; readonly error: PortableError | undefined };

/**
 * The message by which a Worker of the embedder's is made an agent: what a Worker of the pool gets, and a port for its
 * events.
 */
export interface JoinMessage {
  readonly heddle: "join";
  readonly start: StartMessage;
  readonly events: MessagePort;
  /** The name of a Web Lock that the Worker is to hold for as long as it lives. */
  readonly lock: string;
}

/**
 * A value in lowered form; objects are kept alive by the call's record (calls.ts). Such values, and the address of an
 * uncaught exception, go over the channel between a Worker of the pool and its creator alone, on which no program posts
 * or listens; of a Worker that was admitted the creator takes no such events (admitted.ts). What programs carry
 * themselves are handles, which name no address (posts.ts).
 */
export type RawValue = number | bigint;

/** What a Worker tells its creator. */
export type AgentEvent =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly error: PortableError }
  | { readonly kind: "returned"; readonly call: number; readonly results: readonly RawValue[] }
  | { readonly kind: "threw"; readonly call: number; readonly error: PortableError }
  /** An exception that no handler caught; the call's record keeps it alive. */
  | { readonly kind: "uncaught"; readonly call: number; readonly exception: number }
  /** `exception`: of one that no handler caught, the token of its post (posts.ts). */
  | {
      readonly kind: "thread-failed";
      readonly thread: number;
      readonly error: PortableError;
      readonly exception?: string;
    }
  | { readonly kind: "threads-ended" }
  | { readonly kind: "queued" }
  /** Collections have left memory free that the creator can give back to the system. */
  | { readonly kind: "shrinkable" }
  /** No Worker can go on, as it seems to one (deadlock-check.ts). */
  | { readonly kind: "stuck" };

/** Figures of one agent. */
export interface AgentStatistics {
  readonly agent: number;
  /** Jobs that it has run. */
  readonly jobs: number;
  /** Instances linked on it. */
  readonly instances: number;
  /** Heap objects that its wrapper objects keep alive. */
  readonly handles: number;
}

/** What a Worker does when asked, over comlink. */
export interface AgentService {
  /** `number`: how many were announced before. */
  install(step: Install, number: number): void;
  statistics(): AgentStatistics;
}
