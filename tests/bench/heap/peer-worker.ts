/** One thread of a peer: warms up, says so, waits for the start, and tells its checksum. */
import { parentPort, workerData } from "node:worker_threads";
import type { HeapCase } from "./cases.ts";
import { type Engine, loadPeer, WARM_UPS, warmUpRounds } from "./engines.ts";

const { engine, work, start } = workerData as { engine: Exclude<Engine, "heddle">; work: HeapCase; start: Int32Array };
const program = loadPeer(engine, work.program);
const state = program.setup(work.size);
for (let i = 0; i < WARM_UPS; i++) program.run(state, warmUpRounds(work));
parentPort?.postMessage("ready");
Atomics.wait(start, 0, 0);
parentPort?.postMessage(program.run(state, work.rounds));
