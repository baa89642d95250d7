/**
 * Circles of a graph: its strongly connected components of more than one node, and nodes that point at themselves
 * (Tarjan 1972).
 */

/** Each circle's nodes in the graph's order. `graph` has every node as a key. */
export function circles<Node>(graph: ReadonlyMap<Node, readonly Node[]>): Node[][] {
  const order = new Map([...graph.keys()].map((node, index) => [node, index]));
  const reached = new Map<Node, number>();
  const lowest = new Map<Node, number>();
  const stack: Node[] = [];
  const onStack = new Set<Node>();
  const found: Node[][] = [];

  const visit = (node: Node): void => {
    const number = reached.size;
    reached.set(node, number);
    lowest.set(node, number);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!reached.has(next)) visit(next);
      if (onStack.has(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) !== number) return;
    const members = stack.splice(stack.indexOf(node));
    for (const member of members) onStack.delete(member);
    if (members.length > 1 || graph.get(node)!.includes(node))
      found.push(members.sort((a, b) => order.get(a)! - order.get(b)!));
  };

  for (const node of graph.keys()) if (!reached.has(node)) visit(node);
  return found;
}
