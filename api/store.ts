/** The public interface of a store. What stands behind it is in composed-store.ts. */
import type { HeapReport } from "../gc/inspect/heap-report.ts";
import type { AgentState } from "../threads/agents/agent-states.ts";
import type { AgentStatistics } from "../threads/agents/protocol.ts";
import type { EmbeddersWorker } from "../threads/host/host.ts";
import type { StoreStatistics } from "../threads/store/store-statistics.ts";
import type { ModuleObject, Namespace } from "./js/shape.ts";
import type { Handle, Posting } from "./messages.ts";

/**
 * A program's heap, modules and threads. `createStore` makes one, on the thread that is its creator: there modules are
 * compiled and instantiated, and all members are used.
 */
export interface Store {
  /**
   * The WebAssembly namespace of the JS API, with everything in it bound to this store: objects of other stores and of
   * the host's own namespace are refused with a `TypeError`, but for memories, which are the host's.
   */
  readonly WebAssembly: Namespace;
  /**
   * Shared values in messages to and from Workers that were admitted (shared-everything threads, "JS API": shared
   * objects keep their identity where they are posted).
   */
  readonly messages: Posting;
  /**
   * Revokes a handle that nobody has received, on whichever agent it was posted: nobody receives it any more, and it
   * keeps its value no longer. For messages that did not arrive, and copies of handles that are left over. Raises a
   * `TypeError`, and changes nothing, for what `messages.receive` raises one for.
   */
  discard(handle: Handle): void;
  /**
   * The heap at this moment: objects, bytes, collections, and pauses in milliseconds. Methods of the report look into
   * the heap when they are called: its types, a snapshot, its blocks.
   */
  readonly heap: HeapReport;
  /** What each agent is doing at this moment, the creator first. */
  readonly agents: readonly AgentState[];
  /** Ids of the Workers' agents, from 1, those of the embedder's included that were admitted. The creator's is 0. */
  readonly workers: readonly number[];

  /**
   * Runs a shared function on a Worker. Arguments and results are converted as in a call from JS (JS API,
   * "ToWebAssemblyValue" and "ToJSValue"); references are to shared objects. Calls start in the order in which they
   * were made.
   *
   * Rejects with
   * - a `TypeError` for what is no shared function of this store, has a type with values that other threads cannot
   *   have, or is given arguments that cannot be converted
   * - a `RuntimeError` if the function traps, or what it throws
   * - a `WorkerLostError` where its Worker ends before it
   * - a `RangeError` where the store has no threads, and a `StoreClosedError` once it is closed
   */
  spawn<Arguments extends unknown[], Result>(
    callee: (...args: Arguments) => Result,
    ...args: Arguments
  ): Promise<Result>;
  /**
   * Instantiates a module anew on a Worker and calls the export `name` there: for modules that share nothing, to run on
   * several threads at once. `imports` may have shared functions, globals, tables and memories; functions of JS stay
   * with their thread.
   *
   * Rejects as `spawn` does, with a `TypeError` for modules with shared functions, which are instantiated once, and for
   * imports that are not shared; and with a `LinkError` for imports that do not fit.
   */
  run(module: ModuleObject, name: string, args?: readonly unknown[], imports?: WebAssembly.Imports): Promise<unknown>;
  /**
   * Resolves when no thread that wasm code spawned (`wasm:thread`) is left; rejects with the error of the first that
   * failed since the last time. An exception that nothing caught comes as an `UncaughtExceptionError`, whose `cause` it
   * is. A thread that traps ends alone, unless the store was made with `trapEnds: "all"`.
   */
  threadsEnded(): Promise<void>;

  /** Figures of the heap and the pool, without a look into the heap: cheap. */
  statistics(): StoreStatistics;
  /**
   * Figures of each agent, the creator first; waits for Workers that are at a job. Rejects with a `WorkerLostError`
   * where one ends meanwhile.
   */
  agentStatistics(): Promise<AgentStatistics[]>;
  /** Collects all garbage now. Stops all agents meanwhile. */
  collect(): void;

  /**
   * Makes a Worker of the embedder's, which calls `joinStore`, an agent; resolves with the agent's id, from 1. It takes
   * no jobs, lives on when the store is closed, and counts among `maximumThreads`: rejects with a `RangeError` where
   * there are as many, and with a `StoreClosedError` when the store is closed.
   */
  admit(worker: EmbeddersWorker): Promise<number>;
  /**
   * Ends one Worker, whatever it is doing: its job fails with a `WorkerLostError`, and another Worker takes its place.
   * `agent` is the Worker's id, one of `workers`: rejects with a `RangeError` for others.
   */
  terminateWorker(agent: number): Promise<void>;
  /**
   * Ends all Workers. Calls that were not answered reject, threads that live fail; the creator can go on using its
   * instances.
   */
  close(): Promise<void>;
  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
