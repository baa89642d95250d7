/** Writes a host module's sections, and says where in the bytes relocations go and where traps may come from. */
import { externKinds, header, Section } from "../../core/binary/sections.ts";
import { Writer } from "../../core/binary/writer.ts";
import type { EncodedCode, HostItem } from "./host-code.ts";
import { type HostModule, type ImportKind, writeFunctionType, writeGlobal, writeMemoryType } from "./host-module.ts";
import type { Relocation, TrapSite } from "./lowered.ts";
import { encodePositions } from "./source-positions.ts";

export interface EncodedHostModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly relocations: readonly Relocation[];
  readonly trapSites: readonly TrapSite[];
  /** As `encodePositions` writes them. */
  readonly positions: Uint8Array;
}

interface EncodedBody extends EncodedCode {
  /** Where it begins in the code section. */
  readonly place: number;
}

/** The capacities in bytes that writers begin with. */
const CODE_CAPACITY = 1 << 16;
const BODY_CAPACITY = 1 << 12;

const NameSection = { module: 0, function: 1, global: 7 } as const;

/** `name` is that of the host module. */
export function encodeHostModule(
  host: HostModule,
  functionsBase: HostItem,
  name: string | undefined,
): EncodedHostModule {
  host.assignIndices();
  const code = new Writer(CODE_CAPACITY);
  const bodies = encodeBodies(code, host);
  const writer = new Writer();
  writer.bytes(Uint8Array.from(header));
  writeDeclarations(writer, host);
  if (host.tableFunctions.length > 0) {
    writer.section(Section.element, (section) => {
      section.u32(1);
      section.u8(0);
      section.u8(0x23);
      section.u32(functionsBase.index);
      section.u8(0x0b);
      section.vector(host.tableFunctions, ({ index }) => section.u32(index));
    });
  }
  if (host.data.length > 0) writer.section(Section.dataCount, (section) => section.u32(host.data.length));
  writeHints(writer, host, bodies);
  writer.u8(Section.code);
  writer.u32(code.size);
  const start = writer.size;
  writer.bytes(code.view());
  if (host.data.length > 0) {
    writer.section(Section.data, (section) => {
      section.vector(host.data, (bytes) => {
        section.u8(1);
        section.byteVector(bytes);
      });
    });
  }
  writeNames(writer, host, name);
  return {
    bytes: writer.finish(),
    relocations: bodies.flatMap(({ relocations, place }) =>
      relocations.map(({ offset, type }) => ({ offset: start + place + offset, type })),
    ),
    trapSites: bodies.flatMap(({ traps, place }) =>
      traps.map(({ offset, code }) => ({ offset: start + place + offset, code })),
    ),
    positions: encodePositions(bodies.map(({ positions, place }) => ({ start: start + place, positions }))),
  };
}

function writeDeclarations(writer: Writer, host: HostModule): void {
  writer.section(Section.type, (section) => section.vector(host.types, (type) => writeFunctionType(section, type)));
  writer.section(Section.import, (section) => {
    section.vector(host.imports, ({ module, name, kind, describe }) => {
      section.name(module);
      section.name(name);
      section.u8(externKinds.indexOf(kind));
      describe(section);
    });
  });
  writer.section(Section.function, (section) => section.vector(host.functions, ({ type }) => section.u32(type)));
  if (host.memories.length > 0) {
    writer.section(Section.memory, (section) =>
      section.vector(host.memories, ({ type }) => writeMemoryType(section, type)),
    );
  }
  if (host.globals.length > 0)
    writer.section(Section.global, (section) => section.vector(host.globals, (global) => writeGlobal(section, global)));
  writer.section(Section.export, (section) => {
    section.vector(host.exports, ({ name, kind, item }) => {
      section.name(name);
      section.u8(externKinds.indexOf(kind));
      section.u32(item.index);
    });
  });
}

/** Branch hints (its overview): by function, offsets from the start of the function's local declarations. */
function writeHints(writer: Writer, host: HostModule, bodies: readonly EncodedCode[]): void {
  const hinted = bodies
    .map(({ hints }, i) => ({ hints, index: host.functions[i]?.item.index as number }))
    .filter(({ hints }) => hints.length > 0);
  if (hinted.length === 0) return;
  writer.section(Section.custom, (section) => {
    section.name("metadata.code.branch_hint");
    section.vector(hinted, ({ hints, index }) => {
      section.u32(index);
      section.vector(hints, ({ offset, likely }) => {
        section.u32(offset);
        section.u32(1);
        section.u8(likely ? 1 : 0);
      });
    });
  });
}

/** Writes what the code section has in it. */
function encodeBodies(section: Writer, { functions }: HostModule): EncodedBody[] {
  const bodies: EncodedBody[] = [];
  const body = new Writer(BODY_CAPACITY);
  section.u32(functions.length);
  for (const { code } of functions) {
    body.clear();
    const encoded = code.encode(body);
    section.u32(body.size);
    bodies.push({ ...encoded, place: section.size });
    section.bytes(body.view());
  }
  return bodies;
}

/** The name section: the module and its functions, so that stack traces of the host show them, and globals. */
function writeNames(writer: Writer, host: HostModule, moduleName: string | undefined): void {
  const imported = (kind: ImportKind): HostItem[] =>
    host.imports.filter((entry) => entry.kind === kind).map(({ item }) => item);
  const items = (defined: readonly { readonly item: HostItem }[]): HostItem[] => defined.map(({ item }) => item);
  const subsections: readonly (readonly [id: number, items: readonly HostItem[]])[] = [
    [NameSection.function, [...imported("func"), ...items(host.functions)]],
    [NameSection.global, [...imported("global"), ...items(host.globals)]],
  ];
  writer.section(Section.custom, (section) => {
    section.name("name");
    if (moduleName !== undefined) section.section(NameSection.module, (names) => names.name(moduleName));
    for (const [id, named] of subsections) {
      section.section(id, (names) => {
        names.vector(named, ({ index, name }) => {
          names.u32(index);
          names.name(name);
        });
      });
    }
  });
}
