/**
 * A Worker of an embedder's, for join.test.ts and posting.test.ts: joins a store, and does what it is asked over
 * comlink with the store's transfer handler.
 */
import { parentPort } from "node:worker_threads";
import * as Comlink from "comlink";
import { type Handle, joinStore } from "../../../api/heddle.ts";
import { collectJs } from "./host-collection.ts";

const store = await joinStore();
const { messages } = store;
Comlink.transferHandlers.set("heddle", messages.transferHandler);
const seen = new Map<string, unknown>();

const service = {
  agent: () => store.agent,
  echo: (value: unknown) => value,
  keep: (name: string, value: unknown) => void seen.set(name, value),
  isKept: (name: string, value: unknown) => seen.get(name) === value,
  /** Whether `get` gives the very object that is kept under a name. */
  gives: (name: string, get: () => unknown) => seen.get(name) === get(),
  kept: (name: string) => seen.get(name),
  drop: (name: string) => void seen.delete(name),
  collect: () => collectJs(),
  call: (callee: (...args: unknown[]) => unknown, ...args: unknown[]) => callee(...args),
  initialize: (callee: { initialize(own: (value: number) => number): void }, factor: number) =>
    callee.initialize((value) => value * factor),
  global: (global: { value: unknown }, value: unknown) => {
    const before = global.value;
    global.value = value;
    return before;
  },
  element: (table: { get(index: number): unknown }, index: number) => table.get(index),
  bound: (data: { get(): unknown }) => {
    try {
      return data.get();
    } catch (error) {
      return String(error);
    }
  },
  wait: (queue: { wait(milliseconds: number): string }) => queue.wait(10_000),
  refused: () => {
    try {
      return String(new store.WebAssembly.Tag({ parameters: [] }));
    } catch (error) {
      return String(error);
    }
  },
  /** Receives what handles stand for, and posts it again. */
  postAgain: (handles: readonly Handle[]) => handles.map((handle) => messages.post(messages.receive(handle))),
  discard: (handle: Handle) => {
    try {
      store.discard(handle);
      return "discarded";
    } catch (error) {
      return (error as { readonly code: string }).code;
    }
  },
  /** Receives what it can of handles that others receive, too; returns how many. */
  receiveAll: (handles: readonly Handle[]) => {
    let count = 0;
    for (const handle of handles) {
      try {
        messages.receive(handle);
        count++;
      } catch (error) {
        if ((error as { readonly code?: string }).code !== "spent-handle") throw error;
      }
    }
    return count;
  },
};
export type JoinedService = typeof service;

parentPort?.on("message", (message: { readonly port?: MessagePort }) => {
  if (message.port !== undefined) Comlink.expose(service, message.port);
});
parentPort?.postMessage("ready");
