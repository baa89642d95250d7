/**
 * Cycles of a directed graph, by Tarjan's algorithm; without host recursion, since a module chooses the graph's depth.
 */

/** For each node, whether it lies on a cycle. `edges[i]` has the successors of node i. */
export function stronglyConnected(edges: readonly (readonly number[])[]): readonly boolean[] {
  const onCycle = edges.map((successors, node) => successors.includes(node));
  const order = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const onStack = new Uint8Array(edges.length);
  const stack: number[] = [];
  const path: { node: number; next: number }[] = [];
  let count = 0;

  const enter = (node: number): void => {
    order[node] = low[node] = count++;
    stack.push(node);
    onStack[node] = 1;
    path.push({ node, next: 0 });
  };
  const leave = (node: number): void => {
    path.pop();
    const parent = path[path.length - 1];
    if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] as number, low[node] as number);
    if (low[node] !== order[node]) return;
    const component: number[] = [];
    let member: number;
    do {
      member = stack.pop() as number;
      onStack[member] = 0;
      component.push(member);
    } while (member !== node);
    if (component.length > 1) for (const each of component) onCycle[each] = true;
  };

  for (let root = 0; root < edges.length; root++) {
    if (order[root] !== -1) continue;
    enter(root);
    for (let top = path[path.length - 1]; top !== undefined; top = path[path.length - 1]) {
      const successors = edges[top.node] as readonly number[];
      const next = successors[top.next];
      if (next === undefined) leave(top.node);
      else {
        top.next++;
        if (order[next] === -1) enter(next);
        else if (onStack[next] === 1) low[top.node] = Math.min(low[top.node] as number, order[next] as number);
      }
    }
  }
  return onCycle;
}
