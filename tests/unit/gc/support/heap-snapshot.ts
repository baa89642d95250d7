/**
 * Reads `.heapsnapshot` files as strictly as what DevTools' loader, its dominators and its retainers rely on allows.
 */
import { expect } from "vitest";

interface Meta {
  readonly node_fields: readonly string[];
  readonly node_types: readonly (string | readonly string[])[];
  readonly edge_fields: readonly string[];
  readonly edge_types: readonly (string | readonly string[])[];
  readonly trace_function_info_fields: readonly string[];
  readonly trace_node_fields: readonly string[];
  readonly sample_fields: readonly string[];
  readonly location_fields: readonly string[];
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: Meta;
    readonly node_count: number;
    readonly edge_count: number;
    readonly trace_function_count: number;
    readonly extra_native_bytes: number;
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

interface SnapshotEdge {
  readonly type: string;
  readonly name: string | number;
  /** Number of the node. */
  readonly to: number;
}
export interface SnapshotNode {
  readonly type: string;
  readonly name: string;
  readonly id: number;
  readonly size: number;
  readonly edges: readonly SnapshotEdge[];
}

/** The part of a snapshot that says what its numbers mean. */
export function metaOf(text: string): Meta {
  return (JSON.parse(text) as Snapshot).snapshot.meta;
}

/**
 * The loader looks for the parts' names one behind the other, and takes the last bracket of the file as the end of the
 * strings.
 */
function checkOrder(text: string): void {
  const parts = ["snapshot", "nodes", "edges", "trace_function_infos", "trace_tree", "samples", "locations", "strings"];
  const places = parts.map((part) => text.indexOf(`"${part}":`));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(text.slice(text.lastIndexOf("]")).trim()).toBe("]}");
}

function checkUnsigned(numbers: readonly number[]): void {
  const wrong = numbers.findIndex((number) => !Number.isInteger(number) || number < 0 || number > 0xffffffff);
  expect(wrong).toBe(-1);
}

/** Whether every node is reached from the first one, the root. */
function reachesAll(nodes: readonly SnapshotNode[]): boolean {
  const reached = new Set([0]);
  for (const node of reached) for (const { type, to } of nodes[node]!.edges) if (type !== "weak") reached.add(to);
  return reached.size === nodes.length;
}

/**
 * The nodes of a snapshot, the root first. Each edge leads to a node's first number, all lists end where they should,
 * ids are unique.
 */
export function readSnapshot(text: string): SnapshotNode[] {
  checkOrder(text);
  const { snapshot, nodes, edges, strings } = JSON.parse(text) as Snapshot;
  const { node_fields: fields, node_types: nodeTypes, edge_fields: edgeFields, edge_types: edgeTypes } = snapshot.meta;
  const width = fields.length;
  expect([nodes.length, edges.length]).toEqual([snapshot.node_count * width, snapshot.edge_count * edgeFields.length]);
  checkUnsigned(nodes);
  checkUnsigned(edges);
  const string = (index: number): string => {
    expect(index).toBeLessThan(strings.length);
    return strings[index]!;
  };
  const field = (at: number, name: string): number => nodes[at + fields.indexOf(name)]!;
  let edge = 0;
  const result: SnapshotNode[] = [];
  for (let at = 0; at < nodes.length; at += width) {
    const own: SnapshotEdge[] = [];
    for (let i = field(at, "edge_count"); i > 0; i--, edge += edgeFields.length) {
      const [kind, label, to] = edges.slice(edge, edge + edgeFields.length) as [number, number, number];
      const type = edgeTypes[0]![kind]!;
      expect([typeof type, to % width, to < nodes.length]).toEqual(["string", 0, true]);
      own.push({ type, name: type === "element" || type === "hidden" ? label : string(label), to: to / width });
    }
    const type = nodeTypes[0]![field(at, "type")]!;
    expect(typeof type).toBe("string");
    expect([0, 1, 2]).toContain(field(at, "detachedness"));
    result.push({
      type,
      name: string(field(at, "name")),
      id: field(at, "id"),
      size: field(at, "self_size"),
      edges: own,
    });
  }
  expect(edge).toBe(edges.length);
  expect(new Set(result.map(({ id }) => id)).size).toBe(result.length);
  // DevTools' ids of objects are odd, those of what it makes up itself are even.
  expect(result.every(({ type, id }) => id % 2 === (type === "synthetic" ? 0 : 1))).toBe(true);
  expect(reachesAll(result)).toBe(true);
  return result;
}
