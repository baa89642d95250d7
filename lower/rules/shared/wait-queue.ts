/**
 * Wait queues (shared-everything threads, "Managed Waiter Queues"). The queue is a heap object
 * (gc/layout/wait-queue-layout.ts), the work is done in JS (threads/wait/wait-queues.ts).
 *
 *     waitqueue.new      a call
 *     waitqueue.notify   one load: nobody waits; else a call
 *     ....wait           check everything that may trap; look at the control word for a few microseconds; `waitBegin`,
 *                        which locks the queue; compare the control word; `waitEnd`, which unlocks it and sleeps where
 *                        the word was the expected one
 *
 * Looking before sleeping is what a wait that came a little later would have done: a word that changes meanwhile is not
 * the expected one. It spares both sides the system's sleep and wake-up where an answer is near. A wait that is not to
 * last looks once.
 *
 * Between `waitBegin` and `waitEnd` nothing traps and no collection runs. A location that is not shared traps always.
 */
import { assert } from "../../../core/base/assert.ts";
import type { Place, Row } from "../../../core/ops/row.ts";
import { atomicAccess } from "../../../core/ops/table.ts";
import { I32, I64, type StorageType, type ValType } from "../../../core/types/types.ts";
import { QUEUE_WAITERS } from "../../../gc/layout/wait-queue-layout.ts";
import { pushCell } from "../../access/global-cell.ts";
import { checkAccess, pushHostAddress, withHostMemories } from "../../access/memory-access.ts";
import { trapIfNull } from "../../access/null-check.ts";
import { checkIndex, pushElementAddress, tableRecordLocal } from "../../access/table-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { type RuleEntry, type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import type { Operand } from "../../instructions/operand.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";
import { checkElement, elementOf, pushElement } from "../gc/array-access.ts";
import { fieldOf } from "../gc/struct.ts";

const WORD = 4;
/** What a wait answers whose control word is not the expected one. */
const NOT_EQUAL = 1;
/** Which parameter of `memory.wait32` and `memory.wait64` the expected value is. */
const EXPECTED = 2;

/** A wait's control word: what may trap about it is checked before the queue is locked. */
interface ControlWord {
  readonly type: StorageType;
  /** Pushes its value, by an atomic load. */
  push(): void;
}
type Locate = (lowering: FunctionLowering, instruction: Instruction, operands: readonly Operand[]) => ControlWord;

/** An atomic load of the heap memory, from the address that `pushPlace` pushes plus the offset that it returns. */
function heapWord({ code }: FunctionLowering, type: StorageType, pushPlace: () => number): ControlWord {
  return {
    type,
    push: () => {
      const offset = pushPlace();
      code.access(type === I64 ? "i64.atomic.load" : "i32.atomic.load", offset);
    },
  };
}

const field: Locate = (lowering, instruction, [object]) => {
  const { storage, offset } = fieldOf(lowering.module, instruction);
  trapIfNull(lowering, object as Operand, TrapCode.nullStructureReference);
  return heapWord(lowering, storage, () => {
    lowering.get(object as Operand);
    return offset;
  });
};

const element: Locate = (lowering, instruction, operands) => {
  const [array, , index] = operands as readonly [Operand, Operand, Operand];
  const { storage, log2 } = elementOf(lowering.module, instruction);
  trapIfNull(lowering, array, TrapCode.nullArrayReference);
  checkElement(lowering, array, index);
  return heapWord(lowering, storage, () => pushElement(lowering, array, index, log2));
};

const global: Locate = (lowering, { immediates }) => {
  const { module, code } = lowering;
  const type = module.valid.globals[immediates.index]?.type as ValType;
  return heapWord(lowering, type, () => pushCell(module, code, immediates.index).offset);
};

const table: Locate = (lowering, { immediates }, [, index]) => {
  const record = tableRecordLocal(lowering, immediates.index);
  checkIndex(lowering, record, index as Operand, TrapCode.tableOutOfBounds);
  const type = lowering.module.valid.tables[immediates.index]?.element as ValType;
  return heapWord(lowering, type, () => {
    pushElementAddress(lowering, record, index as Operand);
    return 0;
  });
};

const memory: Locate = (lowering, { row, immediates }, [, address]) => {
  const { code, module } = lowering;
  const type = row.signature?.params[EXPECTED] as ValType;
  const sizeLog2 = type === I64 ? 3 : 2;
  const load = atomicAccess("get", type, sizeLog2);
  const access = immediates.copy();
  access.align = sizeLog2;
  const hostAccess = withHostMemories(module, load, access);
  const push = (): void => {
    pushHostAddress(lowering, immediates.index, address as Operand);
    code.instruction(load, hostAccess);
  };
  checkAccess(lowering, immediates.index, address as Operand, 0n, sizeLog2);
  // Traps where the address is out of bounds or unaligned.
  push();
  code.op("drop");
  return { type, push };
};

interface WaitForm {
  readonly locate: Locate;
  /** Which operand the queue is. */
  readonly queue: number;
  isShared(module: ModuleLowering, instruction: Pick<Instruction, "immediates">): boolean;
}

const typeIsShared: WaitForm["isShared"] = (module, { immediates }) =>
  module.types.type(module.idOf(immediates.index)).shared;
const memoryForm: WaitForm = {
  locate: memory,
  queue: 0,
  isShared: ({ valid }, { immediates }) => valid.memories[immediates.index]?.shared === true,
};

const forms: Readonly<Partial<Record<Place, WaitForm>>> = {
  struct: { locate: field, queue: 1, isShared: typeIsShared },
  array: { locate: element, queue: 1, isShared: typeIsShared },
  global: {
    locate: global,
    queue: 0,
    isShared: ({ valid }, { immediates }) => valid.globals[immediates.index]?.shared === true,
  },
  table: {
    locate: table,
    queue: 0,
    isShared: ({ valid }, { immediates }) => valid.tables[immediates.index]?.shared === true,
  },
  memory: memoryForm,
};

function formOf({ name, place }: Row): WaitForm {
  const form = place === undefined ? undefined : forms[place];
  assert(form !== undefined, `${name} is a wait`);
  return form;
}

const wait = withOperands((lowering, instruction, operands) => {
  const { code, module } = lowering;
  const { locate, queue: place } = formOf(instruction.row);
  const [expected, timeout] = operands.slice(-2) as [Operand, Operand];
  const queue = operands[place] as Operand;
  const word = locate(lowering, instruction, operands);
  trapIfNull(lowering, queue, TrapCode.nullWaitQueueReference);
  const sp = lowering.temporary(I32);
  lowering.pushCalleeStack();
  code.set(sp);
  // The sleeping agent keeps its queue: it takes itself off the list after a timeout.
  code.get(sp);
  lowering.get(queue);
  code.access("i32.store", 0);
  const equals = word.type === I64 ? "i64.eq" : "i32.eq";
  const pushEquals = (): void => {
    word.push();
    lowering.get(expected);
    code.op(equals);
  };
  watch(lowering, timeout, pushEquals);
  code.block("if", { kind: "result", type: I32 });
  code.i32(NOT_EQUAL);
  code.else();
  lowering.get(queue);
  code.call(module.runtime("waitBegin"));
  lowering.get(queue);
  pushEquals();
  lowering.get(timeout);
  code.get(sp);
  code.i32(WORD);
  code.op("i32.add");
  code.call(module.runtime("waitEnd"));
  code.end();
  lowering.pushResults(instruction);
}, "call");

/**
 * Looks at the control word `base.spins` times, and pushes whether it was found changed. That is no time at all on an
 * agent that must not block, so that its wait traps whatever the word is.
 */
function watch(lowering: FunctionLowering, timeout: Operand, pushEquals: () => void): void {
  const { code, module } = lowering;
  const looks = lowering.temporary(I32);
  code.globalGet(module.imports.base("spins"));
  code.i32(0);
  lowering.get(timeout);
  code.op("i64.eqz");
  code.op("i32.eqz");
  code.op("select");
  code.set(looks);
  code.block("loop", { kind: "result", type: I32 });
  code.get(looks);
  code.block("if", { kind: "result", type: I32 });
  pushEquals();
  code.block("if", { kind: "result", type: I32 });
  code.get(looks);
  code.i32(1);
  code.op("i32.sub");
  code.set(looks);
  code.branch("br", 2);
  code.else();
  code.i32(1);
  code.end();
  code.else();
  code.i32(0);
  code.end();
  code.end();
}

const trap = withOperands((lowering, instruction) => {
  const isMemory = instruction.row.place === "memory";
  lowering.code.call(lowering.module.stubs.trap(isMemory ? TrapCode.expectedSharedMemory : TrapCode.unsharedWait));
  lowering.code.op("unreachable");
  lowering.pushResults(instruction);
});

const waitEntry: RuleEntry = (instruction, module) =>
  formOf(instruction.row).isShared(module, instruction) ? wait : trap;

const notify = withOperands((lowering, instruction, operands) => {
  const { code, module } = lowering;
  const [queue, count] = operands as readonly [Operand, Operand];
  trapIfNull(lowering, queue, TrapCode.nullWaitQueueReference);
  lowering.get(queue);
  // Race: a waiter counts itself before it compares the control word, so one that is not counted yet sees what was
  // stored before this load.
  code.access("i32.atomic.load", QUEUE_WAITERS);
  code.block("if", { kind: "result", type: I32 });
  lowering.get(queue);
  lowering.get(count);
  code.call(module.runtime("notifyQueue"));
  code.else();
  code.i32(0);
  code.end();
  lowering.pushResults(instruction);
});

const create = withOperands((lowering, instruction) => {
  lowering.pushCalleeStack();
  lowering.code.call(lowering.module.runtime("newQueue"));
  lowering.pushResults(instruction);
}, "call");

export const waitQueueRules = {
  wait: waitEntry,
  "waitqueue.notify": notify,
  "waitqueue.new": create,
} satisfies RuleFamily;
