/**
 * Heap snapshots in the format of Chrome's DevTools (`.heapsnapshot`, see
 * `v8/src/profiler/heap-snapshot-generator.cc`): nodes with names and sizes, edges with the names of fields, from which
 * DevTools finds retainers and dominators.
 *
 * Nodes and edges are flat lists of numbers; an edge names its target by the target's place in the list of nodes. The
 * edges of a node follow those of the node before it.
 */

import type { Heap } from "../heap/heap.ts";
import { beginningOf } from "../heap/js-values.ts";
import { ARRAY_ELEMENTS } from "../layout/objects.ts";
import { KIND_ARRAY, KIND_STRING } from "../layout/record-kinds.ts";
import { TYPE_ID, TYPE_KIND } from "../layout/type-record.ts";
import { recordName } from "./census.ts";
import type { RootPlaces } from "./root-places.ts";
import type { TypeNames } from "./type-names.ts";
import { type WalkVisitor, walkHeap } from "./walk.ts";

const nodeFields = ["type", "name", "id", "self_size", "edge_count", "trace_node_id", "detachedness"] as const;
const nodeTypes = [
  ...[
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
  ],
  ...["sliced string", "symbol", "bigint", "object shape"],
] as const;
const edgeTypes = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"] as const;
const nodeType = (name: (typeof nodeTypes)[number]): number => nodeTypes.indexOf(name);
const edgeType = (name: (typeof edgeTypes)[number]): number => edgeTypes.indexOf(name);

const meta = {
  node_fields: nodeFields,
  node_types: [nodeTypes, "string", "number", "number", "number", "number", "number"],
  edge_fields: ["type", "name_or_index", "to_node"],
  edge_types: [edgeTypes, "string_or_number", "node"],
  trace_function_info_fields: ["function_id", "name", "script_name", "script_id", "line", "column"],
  trace_node_fields: ["id", "function_info_index", "count", "size", "children"],
  sample_fields: ["timestamp_us", "last_assigned_id"],
  location_fields: ["object_index", "script_id", "line", "column"],
};

/** Numbers, many of them. */
class NumberList {
  length = 0;
  #values = new Uint32Array(1 << 12);

  push(a: number, b: number, c: number): void {
    if (this.length + 3 > this.#values.length) {
      const larger = new Uint32Array(2 * this.#values.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = a;
    this.#values[this.length++] = b;
    this.#values[this.length++] = c;
  }

  get(index: number): number {
    return this.#values[index] as number;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }
}

/** Units of a string that are its node's name. */
const STRING_SHOWN = 1000;

interface SnapshotType {
  readonly isArray: boolean;
  readonly isString: boolean;
  /** Numbers of strings: its name, and by byte offset its fields' names. */
  readonly name: number;
  readonly fields: Map<number, number>;
}

/** Roots that lie together. */
interface RootGroup {
  readonly name: string;
  /** As the edges of objects. */
  readonly edges: NumberList;
}

/** Collects a walk's nodes and edges. */
class SnapshotVisitor implements WalkVisitor {
  readonly groups: RootGroup[] = [];
  /** Per object: name, address, bytes. */
  readonly objects = new NumberList();
  /** Numbers of the objects that are strings. */
  readonly texts = new Set<number>();
  /** Number of edges of each object. */
  readonly edgeCounts: number[] = [];
  /** Per edge: type, name or index, number of the object. */
  readonly edges = new NumberList();
  readonly strings: string[] = [""];
  readonly #stringNumbers = new Map<string, number>();
  readonly #records = new Map<number, SnapshotType>();
  readonly #heap: Heap;
  readonly #names: TypeNames;
  readonly #rootPlaces: RootPlaces;
  readonly #tables = new Map<string, RootGroup>();
  #rootGroup: RootGroup | undefined;
  #current: SnapshotType | undefined;
  #currentRecord = 0;

  constructor(heap: Heap, names: TypeNames, rootPlaces: RootPlaces) {
    this.#heap = heap;
    this.#names = names;
    this.#rootPlaces = rootPlaces;
  }

  string(text: string): number {
    let number = this.#stringNumbers.get(text);
    if (number === undefined) {
      number = this.strings.push(text) - 1;
      this.#stringNumbers.set(text, number);
    }
    return number;
  }

  group(name: string): void {
    this.#rootGroup = { name: `(${name})`, edges: new NumberList() };
    this.groups.push(this.#rootGroup);
  }

  root(object: number, address: number): void {
    const place = this.#rootPlaces(address);
    if (place?.element !== undefined) this.#table(place.name).push(edgeType("element"), place.element, object);
    else if (place !== undefined) this.#rootGroup!.edges.push(edgeType("property"), this.string(place.name), object);
    else this.#rootGroup!.edges.push(edgeType("element"), this.#rootGroup!.edges.length / 3, object);
  }

  /** The edges of a table: a group of its own, so that its elements have their indices. */
  #table(name: string): NumberList {
    let group = this.#tables.get(name);
    if (group === undefined) {
      group = { name: `(table ${name})`, edges: new NumberList() };
      this.groups.push(group);
      this.#tables.set(name, group);
    }
    return group.edges;
  }

  object(address: number, record: number, bytes: number): void {
    let known = this.#records.get(record);
    if (known === undefined) {
      const kind = this.#heap.plan(record + TYPE_KIND);
      const name = this.string(recordName(this.#heap, this.#names, record));
      known = { isArray: kind === KIND_ARRAY, isString: kind === KIND_STRING, name, fields: new Map() };
      this.#records.set(record, known);
    }
    this.#current = known;
    this.#currentRecord = record;
    if (known.isString) this.texts.add(this.edgeCounts.length);
    this.objects.push(
      known.isString ? this.string(beginningOf(this.#heap.objects, address, STRING_SHOWN)) : known.name,
      address,
      bytes,
    );
    this.edgeCounts.push(0);
  }

  edge(offset: number, object: number): void {
    const { isArray, isString, fields } = this.#current!;
    this.edgeCounts[this.edgeCounts.length - 1]!++;
    if (offset === 0) {
      this.edges.push(edgeType("internal"), this.string("descriptor"), object);
    } else if (isString) {
      this.edges.push(edgeType("internal"), this.string("characters"), object);
    } else if (isArray) {
      this.edges.push(edgeType("element"), (offset - ARRAY_ELEMENTS) / 4, object);
    } else {
      let name = fields.get(offset);
      if (name === undefined) {
        name = this.string(this.#names.field(this.#heap.plan(this.#currentRecord + TYPE_ID), offset));
        fields.set(offset, name);
      }
      this.edges.push(edgeType("property"), name, object);
    }
  }
}

const PIECE = 1 << 16;

/** Joins numbers to pieces of text of a reasonable size. */
class Pieces {
  readonly parts: string[] = [];
  #pending: string[] = [];

  add(text: string): void {
    this.#pending.push(text);
    if (this.#pending.length >= PIECE) this.flush();
  }

  flush(): void {
    if (this.#pending.length > 0) this.parts.push(this.#pending.join(""));
    this.#pending = [];
  }
}

/**
 * The text of a snapshot of everything that can be reached, in pieces. Stops the world while it looks, not while it
 * writes.
 */
export function writeSnapshot(heap: Heap, names: TypeNames, rootPlaces: RootPlaces): string[] {
  const visitor = new SnapshotVisitor(heap, names, rootPlaces);
  walkHeap(heap, visitor);
  const groups = visitor.groups.filter(({ edges }) => edges.length > 0);
  const objects = visitor.edgeCounts.length;
  const nodes = 1 + groups.length + objects;
  const rootEdges = groups.reduce((sum, { edges }) => sum + edges.length / 3, groups.length);
  const pieces = new Pieces();
  const counts = {
    node_count: nodes,
    edge_count: rootEdges + visitor.edges.length / 3,
    trace_function_count: 0,
    extra_native_bytes: 0,
  };
  pieces.add(`{"snapshot":${JSON.stringify({ meta, ...counts })},\n"nodes":[`);
  writeNodes(pieces, visitor, groups);
  pieces.add(`],\n"edges":[`);
  writeEdges(pieces, visitor, groups);
  pieces.add('],\n"trace_function_infos":[],"trace_tree":[],"samples":[],"locations":[],\n"strings":');
  pieces.add(`${JSON.stringify(visitor.strings)}}\n`);
  pieces.flush();
  return pieces.parts;
}

function writeNodes(pieces: Pieces, visitor: SnapshotVisitor, groups: readonly RootGroup[]): void {
  const synthetic = nodeType("synthetic");
  // Ids of objects are their addresses, made odd as V8's are: an object has the same one in every snapshot.
  pieces.add(`${synthetic},${visitor.string("(roots)")},2,0,${groups.length},0,0`);
  for (const [i, { name, edges }] of groups.entries()) {
    pieces.add(`\n,${synthetic},${visitor.string(name)},${4 + 2 * i},0,${edges.length / 3},0,0`);
  }
  // Arrays too: DevTools puts all nodes of its type "array" under one name.
  const object = nodeType("object");
  const string = nodeType("string");
  for (let i = 0; i < visitor.edgeCounts.length; i++) {
    const id = visitor.objects.get(3 * i + 1) / 4 + 1;
    const type = visitor.texts.has(i) ? string : object;
    pieces.add(
      `\n,${type},${visitor.objects.get(3 * i)},${id},${visitor.objects.get(3 * i + 2)},${visitor.edgeCounts[i]},0,0`,
    );
  }
}

function writeEdges(pieces: Pieces, visitor: SnapshotVisitor, groups: readonly RootGroup[]): void {
  const place = (node: number): number => node * nodeFields.length;
  const first = 1 + groups.length;
  let separator = "";
  const add = (type: number, name: number, node: number): void => {
    pieces.add(`${separator}${type},${name},${place(node)}`);
    separator = "\n,";
  };
  for (let i = 0; i < groups.length; i++) add(edgeType("element"), i, 1 + i);
  for (const { edges } of [...groups, visitor]) {
    for (let i = 0; i < edges.length; i += 3) add(edges.get(i), edges.get(i + 1), first + edges.get(i + 2));
  }
}
