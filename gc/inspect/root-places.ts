/** What the embedder knows of the places of roots, for whoever looks into the heap. */

/** What a root is called: a global, or a table, of which it is the element with an index. */
interface RootPlace {
  readonly name: string;
  readonly element?: number;
}
/** The place of the root at an address, if it has one that has a name. */
export type RootPlaces = (address: number) => RootPlace | undefined;
