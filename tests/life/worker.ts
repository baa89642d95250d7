/** The script of a Worker of Heddle's that dies when it is told to. */
import "../../threads/agents/worker.ts";
import { channelName, type Death } from "./deaths.ts";
import { exit } from "./exit.ts";

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
