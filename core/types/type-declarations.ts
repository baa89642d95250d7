/**
 * The rules for declarations of types (core 3.2.10 "Composite types" and 3.2.11 "Recursive types"; custom-descriptors;
 * shared-everything threads).
 *
 * They depend on a group's structure only, so each is checked once per store: when `TypeStore` meets a group for the
 * first time. Messages name types by the indices of the module that brought it.
 */
import { invalidAt } from "./invalid.ts";
import type { ModuleParts } from "./module.ts";
import { isCompositeSubtype, isSharedValue } from "./subtype.ts";
import type { TypeStore } from "./type-store.ts";
import type { CompositeType, RecGroup, SubType } from "./types.ts";

/** WebAssembly JavaScript Interface, "Implementation-defined Limits". */
const MAX_PARAMETERS = 1000;
const MAX_RESULTS = 1000;
const MAX_FIELDS = 10_000;

/** Checks the types of `group`, which have the ids from `first` on. */
export function checkDeclarations(store: TypeStore, module: ModuleParts, group: RecGroup, first: number): void {
  for (let i = 0; i < group.types.length; i++) {
    new Declaration(store, module, group, first, i).check();
  }
}

class Declaration {
  readonly #store: TypeStore;
  readonly #module: ModuleParts;
  readonly #group: RecGroup;
  /** The type with the module's indices, for messages, and with ids, for everything else. */
  readonly #written: SubType;
  readonly #type: SubType;
  readonly #index: number;

  constructor(store: TypeStore, module: ModuleParts, group: RecGroup, first: number, position: number) {
    this.#store = store;
    this.#module = module;
    this.#group = group;
    this.#written = group.types[position] as SubType;
    this.#type = store.type(first + position);
    this.#index = group.start + position;
  }

  check(): void {
    this.#checkLimits();
    this.#checkContinuation();
    this.#checkSharedness();
    this.#checkDescriptors();
    this.#checkSupertypes();
  }

  #invalid(code: string, message: string, expected?: string): never {
    return invalidAt(this.#module, this.#group.offset, code, message, expected);
  }

  #checkLimits(): void {
    const { composite } = this.#type;
    const limit = (what: string, count: number, maximum: number): void => {
      if (count > maximum)
        this.#invalid("limit", `type ${this.#index} has ${count} ${what}`, `at most ${maximum} ${what}`);
    };
    if (composite.kind === "func") {
      limit("parameters", composite.params.length, MAX_PARAMETERS);
      limit("results", composite.results.length, MAX_RESULTS);
    } else if (composite.kind === "struct") {
      limit("fields", composite.fields.length, MAX_FIELDS);
    }
  }

  /** Stack switching, "Types": `cont $ft` is valid if `$ft` is a function type. */
  #checkContinuation(): void {
    const { composite } = this.#written;
    if (composite.kind !== "cont" || this.#type.composite.kind !== "cont") return;
    if (this.#store.type(this.#type.composite.func).composite.kind !== "func") {
      this.#invalid("non-function-type", `non-function type ${composite.func}`);
    }
  }

  /**
   * Shared-everything threads, "Heap types": a shared composite type is `ok(shared)`, so all that it contains is
   * shared.
   */
  #checkSharedness(): void {
    if (this.#type.shared && !containsSharedOnly(this.#store, this.#type.composite)) {
      this.#invalid(
        "shared-type",
        `shared composite type must contain shared types, which type ${this.#index} does not`,
      );
    }
  }

  /** Custom descriptors, "Custom Descriptor Definitions". */
  #checkDescriptors(): void {
    const { descriptor, describes } = this.#written;
    if (descriptor !== undefined) this.#checkDescriptor(descriptor);
    if (describes !== undefined) this.#checkDescribes(describes);
  }

  #checkDescriptor(descriptor: number): void {
    const target = this.#inGroup(descriptor);
    if (target === undefined)
      this.#invalid("descriptor", `descriptor type is outside rec group of type ${this.#index}`);
    if (this.#written.composite.kind !== "struct")
      this.#invalid("descriptor", `descriptor type must be a struct, not type ${this.#index}`);
    if (descriptor > this.#index && target.describes !== this.#index) {
      this.#invalid("descriptor", `type is not described by its descriptor: type ${this.#index} by type ${descriptor}`);
    }
    if (target.shared !== this.#written.shared) {
      this.#invalid("descriptor", `descriptor type ${descriptor} does not match the sharedness of type ${this.#index}`);
    }
  }

  #checkDescribes(describes: number): void {
    const target = this.#inGroup(describes);
    if (target === undefined) this.#invalid("descriptor", `described type is outside rec group of type ${this.#index}`);
    if (describes >= this.#index)
      this.#invalid("descriptor", `forward use of described type ${describes} in type ${this.#index}`);
    if (this.#written.composite.kind !== "struct")
      this.#invalid("descriptor", `described type must be a struct, not type ${this.#index}`);
    if (target.descriptor !== this.#index) {
      this.#invalid(
        "descriptor",
        `described type is not described by descriptor: type ${describes} by type ${this.#index}`,
      );
    }
  }

  #inGroup(index: number): SubType | undefined {
    return this.#group.types[index - this.#group.start];
  }

  /** Core 3.2.11: at most one supertype, which is not final and matched structurally. */
  #checkSupertypes(): void {
    const { supertypes } = this.#type;
    const superId = supertypes[0];
    if (superId === undefined) return;
    if (supertypes.length > 1) this.#invalid("sub-type", `sub type ${this.#index} has more than one super type`);
    const written = this.#written.supertypes[0] as number;
    const parent = this.#store.type(superId);
    const mismatch = (why: string): never =>
      this.#invalid("sub-type", `sub type ${this.#index} does not match super type ${written}: ${why}`);
    if (parent.final) mismatch("the super type is final");
    // Shared-everything threads: shared and unshared types are never subtypes of one another.
    if (parent.shared !== this.#type.shared) mismatch("the sharedness of a sub type must match super type");
    if (!isCompositeSubtype(this.#store, this.#type.composite, parent.composite)) mismatch("their structures differ");
    this.#checkDescriptorsMatch(parent, mismatch);
  }

  /**
   * Custom descriptors: a type and its declared supertype both have a clause or neither has, and the types that the
   * clauses name are sub type and declared super type as well. (Until August 2026 a sub type could be the first to have
   * a descriptor.)
   */
  #checkDescriptorsMatch(parent: SubType, mismatch: (why: string) => never): void {
    const { descriptor, describes } = this.#type;
    if (parent.descriptor !== undefined && descriptor === undefined) mismatch("only the super type has a descriptor");
    if (parent.descriptor === undefined && descriptor !== undefined) mismatch("only the sub type has a descriptor");
    if (!this.#isDeclaredUnder(descriptor, parent.descriptor)) {
      this.#invalid(
        "descriptor",
        `descriptor type ${this.#written.descriptor} does not match that of the super type of type ${this.#index}`,
      );
    }
    if ((parent.describes === undefined) !== (describes === undefined)) mismatch("only one of them describes a type");
    if (!this.#isDeclaredUnder(describes, parent.describes)) {
      this.#invalid(
        "descriptor",
        `described type ${this.#written.describes} does not match that of the super type of type ${this.#index}`,
      );
    }
  }

  /** True where the second type is what the first declares as its super type; and where there is neither. */
  #isDeclaredUnder(type: number | undefined, parent: number | undefined): boolean {
    return type === undefined || this.#store.type(type).supertypes[0] === parent;
  }
}

function containsSharedOnly(store: TypeStore, composite: CompositeType): boolean {
  switch (composite.kind) {
    case "func":
      return (
        composite.params.every((type) => isSharedValue(store, type)) &&
        composite.results.every((type) => isSharedValue(store, type))
      );
    case "struct":
      return composite.fields.every((field) => isSharedValue(store, field.storage));
    case "array":
      return isSharedValue(store, composite.element.storage);
    case "cont":
      return store.type(composite.func).shared;
  }
}
