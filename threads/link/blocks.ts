/**
 * The blocks of an instance in the heap memory (lower/module/placement.ts): one that all agents share, and one of each
 * agent's own.
 */
import type { ModulePlan } from "./plans.ts";
import { createTable, fillNull, resetTable, type TableAgent, tableRoom } from "./tables.ts";

/**
 * Makes the blocks that all agents' copies of an instance share, tables in them included. Called by the creator, once.
 */
export function createSharedBlock(agent: TableAgent, module: ModulePlan): number {
  const { sharedBytes, sharedScannedBytes, tables } = module.lowered;
  const shared = createBlock(agent, sharedBytes);
  if (sharedScannedBytes > 0) {
    fillNull(agent, shared, sharedScannedBytes >>> 2);
    agent.heap.runtime.addRoots(shared, shared + sharedScannedBytes);
  }
  for (const [index, table] of tables.entries()) {
    if (table.shared && !table.imported) createTable(agent, module, table, index, shared + table.recordOffset);
  }
  return shared;
}

/** This agent's root block of an instance, with the tables that are its own. */
export function createRootBlock(agent: TableAgent, module: ModulePlan): number {
  const { rootBytes, rootScannedBytes, tables } = module.lowered;
  const roots = createBlock(agent, rootBytes);
  if (rootScannedBytes > 0) {
    fillNull(agent, roots, rootScannedBytes >>> 2);
    agent.heap.runtime.addAgentRoots(roots, roots + rootScannedBytes);
  }
  for (const [index, table] of tables.entries()) {
    if (!table.shared && !table.imported) createTable(agent, module, table, index, roots + table.recordOffset);
  }
  return roots;
}

function createBlock(agent: TableAgent, bytes: number): number {
  return bytes === 0 ? 0 : agent.heap.allocatePermanent(bytes);
}

/**
 * Makes an instance's blocks as new, for another instance of the same module: the tables keep the room that they have.
 */
export function resetBlocks(agent: TableAgent, { lowered }: ModulePlan, shared: number, roots: number): void {
  const { words } = agent.heap;
  const own = lowered.tables.filter(({ imported }) => !imported);
  const records = own.map((table) => (table.shared ? shared : roots) + table.recordOffset);
  const rooms = records.map((record) => tableRoom(agent, record));
  for (const [block, bytes, scanned] of [
    [shared, lowered.sharedBytes, lowered.sharedScannedBytes],
    [roots, lowered.rootBytes, lowered.rootScannedBytes],
  ] as const) {
    if (block === 0) continue;
    fillNull(agent, block, scanned >>> 2);
    words.fill(0, (block + scanned) >>> 2, (block + bytes) >>> 2);
  }
  for (const [i, table] of own.entries()) resetTable(agent, records[i]!, rooms[i]!, Number(table.minimum));
}
