/** The script of a Worker of Heddle's that dies when it is told to. */
import "../../threads/worker.ts";
import { channelName, type Death } from "./deaths.ts";

interface Scope {
  readonly process?: { exit(code: number): never };
  close?(): void;
}
const scope = globalThis as Scope;

function exit(): void {
  // Browsers have no `process`, and elsewhere it ends this thread only.
  if (scope.process !== undefined) scope.process.exit(1);
  else scope.close?.();
}

/** From the next wait on that lowered code asks for, this thread is no more. */
function exitInWait(): void {
  const { wait } = Atomics;
  Atomics.wait = ((...operands: Parameters<typeof wait>) => {
    if (/wasm/.test(new Error().stack ?? "")) exit();
    return wait.apply(Atomics, operands);
  }) as typeof wait;
}

const channel = new BroadcastChannel(channelName);
channel.onmessage = ({ data }: MessageEvent) => {
  switch (data as Death) {
    case "throw":
      throw new Error("thrown in a Worker");
    case "reject":
      void Promise.reject(new Error("rejected in a Worker"));
      break;
    case "exit":
      exit();
      break;
    case "exit-in-wait":
      exitInWait();
  }
};
