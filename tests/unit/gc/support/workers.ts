/** Workers that are agents of a test's heap. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Mutator } from "./mutator.ts";
import type { Task } from "./worker.ts";

export class TestWorker {
  readonly id: number;
  readonly #worker: Worker;

  private constructor(id: number, worker: Worker) {
    this.id = id;
    this.#worker = worker;
  }

  /** Starts a Worker as agent `id` of the heap of `mutator`. */
  static async start(mutator: Mutator, id: number): Promise<TestWorker> {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { share: mutator.share(), id } });
    worker.setMaxListeners(0);
    await nextMessage(worker);
    return new TestWorker(id, worker);
  }

  async ask(task: Task): Promise<number> {
    this.#worker.postMessage(task);
    return nextMessage(this.#worker);
  }

  /** Sends the task without waiting for an answer. */
  tell(task: Task): void {
    this.#worker.postMessage(task);
  }

  /** Ends the Worker wherever it is; resolves when it runs no more. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

async function nextMessage(worker: Worker): Promise<number> {
  const failed = once(worker, "exit").then(([code]) =>
    Promise.reject(new Error(`the Worker exited with code ${code}`)),
  );
  failed.catch(() => undefined);
  const [answer] = (await Promise.race([once(worker, "message"), failed])) as [number];
  return answer;
}
