/** A Worker that is an agent of a test's heap and does what it is asked. */
import { parentPort, workerData } from "node:worker_threads";
import { Mutator, type MutatorShare } from "./mutator.ts";

/** What a Worker can be asked to do; each is answered by one number. */
export type Task =
  | { readonly kind: "churn"; readonly depth: number; readonly rounds: number }
  | { readonly kind: "replace"; readonly length: number; readonly depth: number; readonly rounds: number }
  /** As "replace", in an array that another agent keeps alive. */
  | { readonly kind: "replaceIn"; readonly array: number; readonly depth: number; readonly rounds: number }
  | { readonly kind: "spin"; readonly flag: number }
  | { readonly kind: "collect"; readonly full: boolean; readonly rounds: number }
  | { readonly kind: "large"; readonly bytes: number; readonly rounds: number }
  | { readonly kind: "detach" };

const { share, id } = workerData as { share: MutatorShare; id: number };
const mutator = Mutator.join(share, id);

function perform(task: Task): number {
  switch (task.kind) {
    case "churn":
      return Number(mutator.run((sp, program) => program.churn(task.depth, task.rounds, sp)));
    case "replace":
      return mutator.run((sp, program) =>
        program.replace(program.references(task.length, sp), task.depth, task.rounds, sp),
      );
    case "replaceIn":
      return mutator.run((sp, program) => program.replace(task.array, task.depth, task.rounds, sp));
    case "spin":
      mutator.run((sp, program) => program.spin(task.flag, sp));
      return 0;
    case "collect":
      for (let i = 0; i < task.rounds; i++) mutator.collect(task.full);
      return 0;
    case "large":
      return mutator.run((sp, program) => {
        let last = 0;
        for (let i = 0; i < task.rounds; i++) last = program.bytes(task.bytes, sp);
        return last;
      });
    case "detach":
      mutator.heap.detach();
      return 0;
  }
}

parentPort?.on("message", (task: Task) => parentPort?.postMessage(perform(task)));
parentPort?.postMessage(-1);
