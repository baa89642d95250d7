/** A Worker of a page: joins the page's store, calls what it is sent on what it is sent, and sends both back. */
import { type Handle, joinStore } from "../../api/heddle.ts";

/** A shared function and a shared object. */
export interface Sent {
  readonly callee: Handle;
  readonly object: Handle;
}
export interface Answer {
  readonly result: unknown;
  readonly object: Handle;
}

const { messages } = await joinStore();
addEventListener("message", ({ data }: MessageEvent<Sent>) => {
  const callee = messages.receive(data.callee) as (object: unknown) => unknown;
  const object = messages.receive(data.object);
  postMessage({ result: callee(object), object: messages.post(object) } satisfies Answer);
});
