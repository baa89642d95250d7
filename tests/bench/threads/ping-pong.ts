/**
 * Two threads that wake each other in turn: by a struct's control word and wait queues, beside `memory.atomic.wait32`
 * and `notify` in two instances of a plain module on the host.
 */

import { createStore } from "../../../api/heddle.ts";
import { encodeModule } from "../../../core/binary/encode.ts";
import { parseModule } from "../../../core/text/parse/parse.ts";
import { report } from "./figure.ts";
import { callRaw, startRaw } from "./raw.ts";

const ROUNDS = 20_000;

/** Player `$me`, 0 or 1, waits until the word is it, and gives the turn to the other. */
const shared = `(module
  (type $turn (shared (struct (field $word (mut i32)))))
  (type $play (shared (func (param i32 i32))))
  (global $turn (shared (ref $turn)) (struct.new $turn (i32.const 0)))
  (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
  (func (export "play") (type $play) (local $other i32)
    (local.set $other (i32.sub (i32.const 1) (local.get 0)))
    (loop $round
      (block $mine
        (loop $wait
          (br_if $mine (i32.eq (struct.atomic.get $turn $word (global.get $turn)) (local.get 0)))
          (drop (struct.wait $turn $word (global.get $turn) (global.get $queue) (local.get $other) (i64.const -1)))
          (br $wait)))
      (struct.atomic.set $turn $word (global.get $turn) (local.get $other))
      (drop (waitqueue.notify (global.get $queue) (i32.const 1)))
      (br_if $round (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))))`;
const raw = `(module
  (import "m" "memory" (memory 1 1 shared))
  (func (export "play") (param i32 i32) (local $other i32)
    (local.set $other (i32.sub (i32.const 1) (local.get 0)))
    (loop $round
      (block $mine
        (loop $wait
          (br_if $mine (i32.eq (i32.atomic.load (i32.const 0)) (local.get 0)))
          (drop (memory.atomic.wait32 (i32.const 0) (local.get $other) (i64.const -1)))
          (br $wait)))
      (i32.atomic.store (i32.const 0) (local.get $other))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      (br_if $round (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))))`;

/** Microseconds for each time that the turn goes to the other. */
async function time(play: (player: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await Promise.all([play(0), play(1)]);
  return ((performance.now() - start) * 1000) / (2 * ROUNDS);
}

await using store = await createStore({ threads: 2 });
const { instance } = await store.WebAssembly.instantiate(shared);
const play = instance.exports["play"] as unknown as (player: number, rounds: number) => void;
const module = new WebAssembly.Module(encodeModule(parseModule(raw)));
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const workers = [
  await startRaw({ kind: "module", module, memory }),
  await startRaw({ kind: "module", module, memory }),
];

const own: number[] = [];
const samples: number[] = [];
for (let turn = -1; turn < Number(process.argv[2]); turn++) {
  const ours = await time((player) => store.spawn(play, player, ROUNDS));
  const theirs = await time((player) => callRaw(workers[player]!, { name: "play", args: [player, ROUNDS] }));
  if (turn < 0) continue;
  own.push(ours);
  samples.push(theirs);
}
for (const worker of workers) await worker.terminate();
report([{ title: "ping-pong, one way", unit: "us", own, peer: { title: "memory.atomic.wait and notify", samples } }]);
