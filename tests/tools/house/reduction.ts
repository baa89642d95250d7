/**
 * Arrows that are not implied by others: between two nodes there is one where no way leads over a third (transitive
 * reduction).
 */

/** What each node leads to, directly or not. `graph` has no circles, and every node as a key. */
function reachable<Node>(graph: ReadonlyMap<Node, ReadonlySet<Node>>): Map<Node, Set<Node>> {
  const found = new Map<Node, Set<Node>>();
  const visit = (node: Node): Set<Node> => {
    const known = found.get(node);
    if (known !== undefined) return known;
    const all = new Set<Node>();
    found.set(node, all);
    for (const next of graph.get(node) ?? []) {
      all.add(next);
      for (const further of visit(next)) all.add(further);
    }
    return all;
  };
  for (const node of graph.keys()) visit(node);
  return found;
}

export function reduction<Node>(graph: ReadonlyMap<Node, ReadonlySet<Node>>): Map<Node, Set<Node>> {
  const reach = reachable(graph);
  return new Map(
    [...graph].map(([node, targets]) => [
      node,
      new Set([...targets].filter((target) => ![...targets].some((other) => reach.get(other)?.has(target)))),
    ]),
  );
}
