/**
 * Installing at the first call: an agent that runs wasm code may call a function of an instance which another agent
 * made meanwhile. No message reaches it then, so it looks into the install log.
 *
 * Lowered code compares a function index with `known`, below which this agent has everything, before a call through a
 * reference to a shared function, and calls `resolve` where it is not below. That puts a stand-in with the function's
 * signature at the index. The call then runs the stand-in, which has the operands: it keeps them for the collector,
 * leaves to a safe region, installs, and calls the function.
 *
 * A memory which the agent has never seen comes in no shared memory, but in a message: installing looks for those that
 * have arrived.
 *
 * Known deviation: browsers hand messages over in turns of the event loop only, so there a call into an instance that
 * uses such a memory traps until the agent has been idle once.
 */
import { engine } from "../../core/base/engine.ts";
import { RuntimeError } from "../../core/base/errors.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import type { LocalFunctionPlan, LocalFunctions } from "../functions/local-functions.ts";
import { createStandIn } from "../functions/stand-in.ts";
import type { Gate } from "../sync/gate.ts";
import type { Traps } from "../traps/traps.ts";
import type { FunctionTable } from "../values/functions.ts";
import { NULL, type Signature } from "../values/kinds.ts";
import { ENTRY_FUNCTION, ENTRY_INSTANCE, LogEntry } from "./install-log.ts";
import type { LinkedInstances } from "./linked-instances.ts";
import type { Install, InstancePlan, ModulePlan } from "./plans.ts";

const EVERYTHING = -1;

/** What lazy installs ask of their agent. */
export interface InstallingAgent {
  readonly heap: Heap;
  readonly gate: Gate;
  /** Knows the first function index that may belong to an instance which is not in the log yet. */
  readonly control: { readonly installingFrom: number };
  readonly functions: FunctionTable;
  readonly traps: Traps;
  readonly localFunctions: LocalFunctions;
  readonly instances: LinkedInstances;
  /** Does one step that the store announced to all agents. */
  install(step: Install): void;
}

export class LazyInstalls {
  /**
   * The host's global that lowered code compares with: function indices below it are on this agent, if they are on any.
   */
  readonly known = new engine.Global({ value: "i32", mutable: true }, EVERYTHING);
  readonly #agent: InstallingAgent;
  /** Address of the word with the next entry of the log; 0 on the agent that writes it. */
  #next: number;
  readonly #memories = new Map<number, WebAssembly.Memory>();
  /** Of modules and instances that this agent does not have. */
  readonly #modules = new Map<number, LogEntry>();
  #instances: LogEntry[] = [];

  constructor(agent: InstallingAgent, log: number) {
    this.#agent = agent;
    this.#next = log;
    if (log !== 0) this.known.value = 0;
  }

  /** Handles the messages that have arrived (host.ts). */
  drain: () => void = () => undefined;

  /** Makes a memory known by its number. */
  addMemory(number: number, memory: WebAssembly.Memory): void {
    this.#memories.set(number, memory);
  }

  /** Looks for new entries, and says how far this agent knows all functions. */
  refresh(): void {
    if (this.#next === 0) return;
    const { control, heap } = this.#agent;
    // Race: in this order. A range that this count has is either noted as being installed, or in the log.
    const reserved = heap.functionCount;
    const installing = control.installingFrom;
    this.#readLog();
    this.#instances = this.#instances.filter(({ id }) => !this.#agent.instances.has(id));
    const first = this.#instances[0]?.first ?? Number.POSITIVE_INFINITY;
    this.known.value = Math.min(reserved, installing, first) | 0;
  }

  #readLog(): void {
    const { heap } = this.#agent;
    for (;;) {
      const address = Atomics.load(heap.words, this.#next >>> 2) >>> 0;
      if (address === 0) return;
      const entry = new LogEntry(heap, address);
      if (entry.kind === ENTRY_INSTANCE) this.#instances.push(entry);
      else if (entry.kind === ENTRY_FUNCTION)
        this.#agent.localFunctions.install(entry.plan(this.#memoryOf) as LocalFunctionPlan);
      else if (!this.#agent.instances.hasModule(entry.id)) this.#modules.set(entry.id, entry);
      this.#next = address;
    }
  }

  readonly #memoryOf = (number: number): WebAssembly.Memory => {
    // Memories are told of before the entry that names them.
    if (!this.#memories.has(number)) this.drain();
    const memory = this.#memories.get(number);
    if (memory === undefined) throw notHere("a memory");
    return memory;
  };

  /** Runs `body`; what it throws is a trap. */
  #orTrap<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (error instanceof RuntimeError) this.#agent.traps.raise(error);
      throw error;
    }
  }

  /**
   * Sees to it that function `index`, if there is one, can be called. The agent is a mutator and reaches no safepoint,
   * so it installs nothing yet, nor looks for messages.
   */
  resolve(index: number): void {
    if (index === NULL) return;
    const { functions } = this.#agent;
    this.refresh();
    const entry = this.#instances.find(({ first, end }) => index >= first && index < end);
    if (entry === undefined || functions.get(index) !== undefined) return;
    const { signatures, lowered } = this.#moduleOf((entry.outline as InstancePlan).module);
    const own = signatures.slice(lowered.importedFunctions);
    functions.register(entry.first, own, lowered.importedFunctions);
    const signature = own[index - entry.first] as Signature;
    const { memory } = this.#agent.heap;
    functions.putStandIn(
      index,
      createStandIn(signature, { memory, table: functions.table, index, install: (sp) => this.#installForCall(sp) }),
    );
  }

  #moduleOf(id: number): Omit<ModulePlan, "host"> {
    const entry = this.#modules.get(id);
    return entry === undefined || this.#agent.instances.hasModule(id)
      ? this.#agent.instances.module(id)
      : (entry.outline as ModulePlan);
  }

  /** For a stand-in, which has kept its operands on the shadow stack, up to `sp`. */
  #installForCall(sp: number): void {
    const { heap, gate } = this.#agent;
    heap.needMuchStack();
    gate.leave(sp);
    this.#orTrap(() => {
      try {
        this.installAll();
      } finally {
        gate.enter();
      }
    });
  }

  /** Installs what the log has, in order. The agent is in a safe region. */
  installAll(): void {
    this.refresh();
    for (const entry of [...this.#instances]) {
      const plan = entry.plan(this.#memoryOf) as InstancePlan;
      this.#installModule(plan.module);
      this.#agent.install({ kind: "instance", plan });
    }
    this.refresh();
  }

  #installModule(id: number): void {
    const entry = this.#modules.get(id);
    this.#modules.delete(id);
    if (entry === undefined || this.#agent.instances.hasModule(id)) return;
    const plan = entry.plan(this.#memoryOf) as Omit<ModulePlan, "host">;
    this.#agent.install({ kind: "module", plan: { ...plan, host: new engine.Module(entry.code()) } });
  }
}

function notHere(what: string): RuntimeError {
  return new RuntimeError(`${what} has not reached this thread yet`, { code: "not-installed" });
}
