import { beforeAll, describe, expect, test } from "vitest";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { TypeStore } from "../../../../core/types/type-store.ts";
import type { Handle } from "../../../../gc/heap/handles.ts";
import { TypeRecords } from "../../../../gc/heap/type-records.ts";
import { structLayout } from "../../../../gc/layout/object-layout.ts";
import { TYPE_RECORD } from "../../../../gc/layout/type-record.ts";
import { Mutator, NULL } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});

const definitions = `(module
  (rec
    (type $object (descriptor $desc) (struct (field (ref null any))))
    (type $desc (describes $object) (descriptor $meta) (struct (field (mut (ref null any))) (field i32)))
    (type $meta (describes $desc) (struct (field i32)))))`;
const names = ["object", "desc", "meta"] as const;
type TypeName = (typeof names)[number];

/** Objects of types with descriptors, made as lowered code makes them. */
class Objects {
  readonly mutator = Mutator.create(bytes, { debug: true });
  readonly #types = new TypeStore();
  readonly #ids: Int32Array;
  readonly #records: TypeRecords;

  constructor(text = definitions) {
    this.#ids = this.#types.canonicalize(parseModule(text));
    this.#records = new TypeRecords(this.mutator.heap, this.#types);
  }

  id(name: TypeName): number {
    return this.#ids[names.indexOf(name)] as number;
  }

  sizeOf(name: TypeName): number {
    return structLayout(this.#types, this.id(name)).size;
  }

  offsetOf(name: TypeName, field: number): number {
    return structLayout(this.#types, this.id(name)).offsets[field] as number;
  }

  /** Makes an object whose references are null. `header` is its descriptor, or undefined where its type has none. */
  make(sp: number, name: TypeName, header?: number): number {
    const { heap } = this.mutator;
    const { size, references } = structLayout(this.#types, this.id(name));
    const address = heap.runtime.allocate(size, sp) >>> 0;
    heap.words[address >>> 2] = header ?? this.#records.addressOf(this.id(name));
    const { describes } = this.#types.type(this.id(name));
    if (describes !== undefined) heap.words[(address + TYPE_RECORD) >>> 2] = this.#records.addressOf(describes);
    for (const offset of references) heap.words[(address + offset) >>> 2] = NULL | 0;
    return address;
  }

  headerOf(object: number): number {
    return this.mutator.word(object) & -8;
  }

  recordOf(object: number): number {
    return this.mutator.word(this.headerOf(object) + TYPE_RECORD);
  }

  record(name: TypeName): number {
    return this.#records.addressOf(this.id(name));
  }

  liveBytes(): number {
    this.mutator.collect(true);
    return this.mutator.heap.statistics().liveBytes;
  }
}

/** An object, its descriptor and that one's descriptor: nothing but headers lead to the last two. */
function chain(objects: Objects): Handle {
  return objects.mutator.keep((sp) => {
    // No collection can come in between: the allocation buffer has room for all three.
    const meta = objects.make(sp, "meta");
    return objects.make(sp, "object", objects.make(sp, "desc", meta));
  });
}

describe("custom descriptors in the heap", () => {
  test("live as long as an object whose header leads to them, through young and full collections", () => {
    const objects = new Objects();
    const { mutator } = objects;
    const handle = chain(objects);
    const expectWhole = (): void => {
      const object = mutator.get(handle);
      const descriptor = objects.headerOf(object);
      expect(objects.recordOf(object)).toBe(objects.record("object"));
      expect(objects.recordOf(descriptor)).toBe(objects.record("desc"));
      expect(objects.headerOf(objects.headerOf(descriptor))).toBe(objects.record("meta"));
    };
    for (const full of [false, true, false, true, true]) {
      mutator.collect(full);
      mutator.run((sp, program) => program.churn(10, 300, sp));
      expectWhole();
    }
    expect(objects.liveBytes()).toBe(objects.sizeOf("object") + objects.sizeOf("desc") + objects.sizeOf("meta"));
  });

  test("die with the last such object", () => {
    const objects = new Objects();
    const { mutator } = objects;
    const first = chain(objects);
    const second = mutator.keep((sp) => objects.make(sp, "object", objects.headerOf(mutator.get(first))));
    const descriptors = objects.sizeOf("desc") + objects.sizeOf("meta");
    expect(objects.liveBytes()).toBe(2 * objects.sizeOf("object") + descriptors);
    mutator.heap.handles.free(first);
    expect(objects.liveBytes()).toBe(objects.sizeOf("object") + descriptors);
    mutator.heap.handles.free(second);
    expect(objects.liveBytes()).toBe(0);
  });

  test("are old when their objects are, and keep young objects that are stored in them", () => {
    const objects = new Objects();
    const { mutator } = objects;
    const handle = chain(objects);
    mutator.collect(false);
    const field = objects.offsetOf("desc", 0);
    const descriptor = (): number => objects.headerOf(mutator.get(handle));
    mutator.run((sp, program) => program.write(descriptor(), field, program.build(4, sp)));
    mutator.collect(false);
    mutator.run((sp, program) => program.churn(10, 300, sp));
    expect(mutator.run((_, program) => program.count(mutator.word(descriptor() + field)))).toBe(31);
  });

  test("of thousands of objects are found from each of them, and those objects' fields are followed", () => {
    const objects = new Objects();
    const { mutator } = objects;
    const first = chain(objects);
    const field = objects.offsetOf("object", 0);
    // A list whose links are the described objects themselves.
    const length = 20_000;
    const list = mutator.keep((sp) => objects.make(sp, "object", objects.headerOf(mutator.get(first))));
    for (let i = 1; i < length; i++) {
      mutator.run((sp) => {
        const next = objects.make(sp, "object", objects.headerOf(mutator.get(first)));
        mutator.heap.words[(next + field) >>> 2] = mutator.get(list);
        mutator.heap.handles.set(list, next);
      });
    }
    mutator.heap.handles.free(first);
    expect(objects.liveBytes()).toBe(
      length * objects.sizeOf("object") + objects.sizeOf("desc") + objects.sizeOf("meta"),
    );
    mutator.run((sp, program) => program.churn(10, 300, sp));
    let count = 0;
    for (let at = mutator.get(list); at !== NULL; at = mutator.word(at + field)) count++;
    expect(count).toBe(length);
  });

  test("lead to the references of wide objects", () => {
    const fields = "(field (ref null any)) ".repeat(100);
    const objects = new Objects(`(module
      (rec
        (type $object (descriptor $desc) (struct ${fields}))
        (type $desc (describes $object) (descriptor $meta) (struct))
        (type $meta (describes $desc) (struct))))`);
    const { mutator } = objects;
    const handle = chain(objects);
    const last = objects.offsetOf("object", 99);
    mutator.collect(false);
    mutator.run((sp, program) => program.write(mutator.get(handle), last, program.build(4, sp)));
    for (const full of [false, true]) {
      mutator.collect(full);
      mutator.run((sp, program) => program.churn(10, 300, sp));
      expect(mutator.run((_, program) => program.count(mutator.word(mutator.get(handle) + last)))).toBe(31);
    }
  });
});

test("a descriptor's own fields begin behind the record of the described type, in subtypes as well", () => {
  const types = new TypeStore();
  const ids = types.canonicalize(
    parseModule(`(module
      (rec
        (type $a (sub (descriptor $a.d) (struct (field i32))))
        (type $a.d (sub (describes $a) (struct (field i32))))
        (type $b (sub $a (descriptor $b.d) (struct (field i32) (field i32))))
        (type $b.d (sub $a.d (describes $b) (struct (field i32) (field i64))))))`),
  );
  const [a, aDescriptor, b, bDescriptor] = [...ids].map((id) => structLayout(types, id));
  expect([a!.offsets, a!.size]).toEqual([[4], 8]);
  expect([aDescriptor!.offsets, aDescriptor!.size]).toEqual([[8], 16]);
  expect([b!.offsets, b!.size]).toEqual([[4, 8], 16]);
  expect([bDescriptor!.offsets, bDescriptor!.size]).toEqual([[8, 16], 24]);
});
