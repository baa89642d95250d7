/**
 * Opens heap snapshots and traces with what Chrome's DevTools open them with, in the browser that brings them: their
 * own loader, dominators and retainers, and their model of traces.
 */
import type { BrowserContext, Page } from "playwright";

/** What DevTools tell of a snapshot. */
export interface OpenedSnapshot {
  /** Bytes of all objects. */
  readonly total: number;
  /** Of each class: objects, their own bytes, and the bytes that would go with them. */
  readonly classes: Readonly<Record<string, readonly [objects: number, own: number, retained: number]>>;
  /**
   * From an object of the class that was asked for to the root: edges and the nodes that have them, the nearest
   * retainers.
   */
  readonly retainers: readonly string[];
  /** Warnings, such as of objects that the root does not reach. */
  readonly warnings: readonly string[];
}

/** The parts of DevTools' modules that are used here (devtools-frontend, `entrypoints/heap_snapshot_worker`). */
interface SnapshotModules {
  readonly HeapSnapshotLoader: { readonly HeapSnapshotLoader: new (dispatcher: { sendEvent(): void }) => Loader };
  readonly HeapSnapshot: { readonly SecondaryInitManager: new (port: MessagePort) => unknown };
}
interface Loader {
  write(text: string): void;
  close(): void;
  buildSnapshot(port: MessagePort): Promise<Snapshot>;
}
interface Snapshot {
  readonly totalSize: number;
  readonly nodeCount: number;
  readonly nodeFieldCount: number;
  aggregatesWithFilter(filter: object): Readonly<Record<string, Aggregate>>;
  createNode(index: number): Node;
  createRetainingEdgesProvider(index: number): {
    serializeItemsRange(begin: number, end: number): { readonly items: readonly Retainer[] };
  };
}
interface Aggregate {
  readonly name: string;
  readonly count: number;
  readonly self: number;
  readonly maxRet: number;
}
interface Node {
  name(): string;
}
interface Retainer {
  readonly name: string;
  readonly node: { readonly name: string; readonly nodeIndex: number };
}

async function openInPage([text, wanted]: readonly [text: string, wanted: string]): Promise<
  Omit<OpenedSnapshot, "warnings">
> {
  const base = "devtools://devtools/bundled/";
  const modules = (await import(`${base}entrypoints/heap_snapshot_worker/heap_snapshot_worker.js`)) as SnapshotModules;
  const model = (await import(`${base}models/heap_snapshot/heap_snapshot.js`)) as {
    readonly HeapSnapshotModel: { readonly NodeFilter: new () => object };
  };
  const loader = new modules.HeapSnapshotLoader.HeapSnapshotLoader({ sendEvent: () => undefined });
  // In pieces, as files come.
  for (let at = 0; at < text.length; at += 10_007) loader.write(text.slice(at, at + 10_007));
  loader.close();
  // Dominators are found by a second Worker, at the other end of the channel.
  const { port1, port2 } = new MessageChannel();
  new modules.HeapSnapshot.SecondaryInitManager(port2);
  const snapshot = await loader.buildSnapshot(port1);

  const aggregates = Object.values(snapshot.aggregatesWithFilter(new model.HeapSnapshotModel.NodeFilter()));
  const classes = Object.fromEntries(
    aggregates.map(({ name, count, self, maxRet }) => [name, [count, self, maxRet] as const]),
  );
  const retainers: string[] = [];
  const nodes = Array.from({ length: snapshot.nodeCount }, (_, i) => i * snapshot.nodeFieldCount);
  let node = nodes.find((index) => snapshot.createNode(index).name() === wanted);
  while (node !== undefined) {
    const [nearest] = snapshot.createRetainingEdgesProvider(node).serializeItemsRange(0, 1).items;
    if (nearest !== undefined) retainers.push(`${nearest.name} in ${nearest.node.name}`);
    node = nearest?.node.nodeIndex;
  }
  return { total: snapshot.totalSize, classes, retainers };
}

/** A page of DevTools, and what it warns of. */
async function withDevTools<T>(
  context: BrowserContext,
  use: (page: Page, warnings: readonly string[]) => Promise<T>,
): Promise<T> {
  const page = await context.newPage();
  try {
    const warnings: string[] = [];
    page.on("console", (message) => {
      if (["warning", "error"].includes(message.type())) warnings.push(message.text());
    });
    await page.goto("devtools://devtools/bundled/devtools_app.html");
    return await use(page, warnings);
  } finally {
    await page.close();
  }
}

/** The part of DevTools' model of traces that is used here (devtools-frontend, `models/trace`). */
interface TraceModules {
  readonly TraceModel: { readonly Model: { createWithAllHandlers(): TraceModel } };
}
interface TraceModel {
  parse(events: readonly object[], config: { readonly metadata: object }): Promise<void>;
  parsedTrace(index: number): { readonly data: TraceData };
}
interface TraceData {
  readonly Meta: { readonly traceBounds: { readonly range: number } };
  readonly Renderer: {
    readonly processes: ReadonlyMap<number, { readonly threads: ReadonlyMap<number, RenderedThread> }>;
  };
}
interface RenderedThread {
  readonly name: string | null;
  readonly entries: readonly { readonly name: string }[];
}

/** What DevTools' performance panel shows of a trace: of each thread its name, and its entries by their names. */
export interface OpenedTrace {
  /** Microseconds from the first event to the last. */
  readonly range: number;
  readonly threads: readonly { readonly name: string | null; readonly entries: readonly string[] }[];
  readonly warnings: readonly string[];
}

async function openTraceInPage(text: string): Promise<Omit<OpenedTrace, "warnings">> {
  const { TraceModel } = (await import(`${"devtools://devtools/bundled/"}models/trace/trace.js`)) as TraceModules;
  const model = TraceModel.Model.createWithAllHandlers();
  await model.parse((JSON.parse(text) as { readonly traceEvents: readonly object[] }).traceEvents, { metadata: {} });
  const { Meta, Renderer } = model.parsedTrace(0).data;
  const threads = [...Renderer.processes.values()].flatMap((process) => [...process.threads.values()]);
  return {
    range: Meta.traceBounds.range,
    threads: threads.map(({ name, entries }) => ({ name, entries: entries.map((entry) => entry.name) })),
  };
}

/** Opens the contents of a Trace Event file. */
export function openTrace(context: BrowserContext, text: string): Promise<OpenedTrace> {
  return withDevTools(context, async (page, warnings) => ({
    ...(await page.evaluate(openTraceInPage, text)),
    warnings,
  }));
}

/** Opens the contents of a `.heapsnapshot` file, and looks for what keeps an object of class `wanted`. */
export function openSnapshot(context: BrowserContext, text: string, wanted: string): Promise<OpenedSnapshot> {
  return withDevTools(context, async (page, warnings) => ({
    ...(await page.evaluate(openInPage, [text, wanted] as const)),
    warnings,
  }));
}
