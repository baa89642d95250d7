import { describe, expect, test } from "vitest";
import { createStore } from "../../../../api/heddle.ts";

const { WebAssembly: namespace } = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });

/**
 * Own properties, as `name: attributes, length`. Attributes are those of ECMAScript: w, e, c; and g, s for accessors.
 */
function properties(object: object): Record<string, string> {
  const described = Reflect.ownKeys(object).map((key) => {
    const property = Object.getOwnPropertyDescriptor(object, key)!;
    const { writable, enumerable, configurable, get, set, value } = property;
    const attributes = [writable && "w", enumerable && "e", configurable && "c", get && "g", set && "s"]
      .filter(Boolean)
      .join("");
    return [String(key), typeof value === "function" ? `${attributes} ${value.length}` : attributes];
  });
  return Object.fromEntries(described) as Record<string, string>;
}

const classes = ["Module", "Instance", "Memory", "Table", "Global", "Tag", "Exception"] as const;

describe("the namespace", () => {
  test("has the standard's properties in the standard's order, and its own behind them", () => {
    const operation = "wec 1";
    const interfaceObject = "wc 1";
    expect(Object.entries(properties(namespace))).toEqual([
      ["validate", operation],
      ["compile", operation],
      ["instantiate", operation],
      ["compileStreaming", operation],
      ["instantiateStreaming", operation],
      ["Module", interfaceObject],
      ["Instance", interfaceObject],
      ["Memory", interfaceObject],
      ["Table", interfaceObject],
      ["Global", interfaceObject],
      ["Tag", interfaceObject],
      ["Exception", "wc 2"],
      ["JSTag", "ecg"],
      ["CompileError", interfaceObject],
      ["LinkError", interfaceObject],
      ["RuntimeError", interfaceObject],
      ["Function", "wc 2"],
      ["WaitQueue", "wc 0"],
      ["ThreadBoundData", interfaceObject],
      ["Symbol(Symbol.toStringTag)", "c"],
    ]);
  });

  test("is no function, and says its name", () => {
    expect(Object.getPrototypeOf(namespace)).toBe(Object.prototype);
    expect(String(namespace)).toBe("[object WebAssembly]");
    for (const name of ["validate", "compile", "instantiate", "compileStreaming", "instantiateStreaming"] as const) {
      expect(namespace[name].name).toBe(name);
      expect(() => Reflect.construct(namespace[name], [])).toThrow(TypeError);
    }
  });

  test("has one JSTag", () => {
    expect(namespace.JSTag).toBe(namespace.JSTag);
    expect(namespace.JSTag).toBeInstanceOf(namespace.Tag);
  });
});

describe.each(classes)("%s", (name) => {
  const { [name]: interfaceObject } = namespace;

  test("is a class with the standard's name and tag, which is not called without new", () => {
    expect(interfaceObject.name).toBe(name);
    expect(Object.getPrototypeOf(interfaceObject)).toBe(Function.prototype);
    expect(properties(interfaceObject)).toMatchObject({ length: "c", name: "c", prototype: "" });
    expect(Object.prototype.toString.call(interfaceObject.prototype)).toBe(`[object WebAssembly.${name}]`);
    expect(() => Reflect.apply(interfaceObject as never, undefined, [])).toThrow(TypeError);
    expect(() => Reflect.construct(interfaceObject, [])).toThrow(TypeError);
  });

  test("has the members of the host's own, and shared where there can be shared objects", () => {
    const { [name]: own } = WebAssembly as unknown as Record<string, { readonly prototype: object }>;
    const sorted = (object: object): readonly (readonly [string, string])[] =>
      Object.entries(properties(object)).sort(([a], [b]) => (a < b ? -1 : 1));
    const { shared, ...others } = Object.getOwnPropertyDescriptors(interfaceObject.prototype) as PropertyDescriptorMap;
    expect(shared !== undefined).toBe(["Table", "Global", "Tag", "Exception"].includes(name));
    expect(sorted(Object.create(null, others) as object)).toEqual(sorted(own!.prototype));
    expect(sorted(interfaceObject)).toEqual(sorted(own!));
  });

  test("refuses objects of other classes", () => {
    for (const [key, { get, value }] of Object.entries(Object.getOwnPropertyDescriptors(interfaceObject.prototype))) {
      const method = (get ?? value) as unknown;
      if (key === "constructor" || typeof method !== "function") continue;
      expect(() => method.call({}), key).toThrow(TypeError);
      expect(() => method.call(interfaceObject.prototype), key).toThrow(TypeError);
    }
  });
});

describe.each(["CompileError", "LinkError", "RuntimeError"] as const)("%s", (name) => {
  test("is a NativeError in shape, and its errors are also instances of the host's own class", () => {
    const { [name]: NativeError } = namespace;
    expect(NativeError.name).toBe(name);
    expect(Object.getPrototypeOf(NativeError)).toBe(Error);
    expect(Object.getPrototypeOf(NativeError.prototype)).toBe(WebAssembly[name].prototype);
    expect(properties(NativeError.prototype)).toEqual({ constructor: "wc 1", name: "wc", message: "wc" });
    expect(NativeError.prototype.message).toBe("");
    expect(String(new NativeError("why"))).toBe(`${name}: why`);
  });
});
