/**
 * Calls of lowered code from JS, for each number of parameters. Written by tests/tools/generate-wrappers.ts: change it
 * there.
 *
 * Conversions may run code of the program, so they come before the agent becomes a mutator. What they made is kept
 * until the call has ended, or was refused: every way out lets go of it. Results are converted before the agent ceases
 * to be a mutator, so that objects among them are safe; and the end of the shadow stack must be that of entry, also
 * after a trap: a stale one would hide roots, or keep garbage.
 */
import type { Converter } from "../values/convert.ts";
import type { LoweredFunction } from "../values/functions.ts";
import type { Callee, Converters, WrappingAgent } from "./wrapping-agent.ts";

type Wrap = (agent: WrappingAgent, target: LoweredFunction, converters: Converters, lift: Converter) => Callee;

const exported0: Wrap = (agent, target, _converters, lift) => {
  const { exceptions } = agent;
  const { enter, leave, needStack } = agent.gate;
  return () => {
    needStack();
    const sp = enter();
    try {
      return lift(target(sp));
    } catch (error) {
      throw exceptions.toJs(error);
    } finally {
      leave(sp);
    }
  };
};

const exported1: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0] = converters;
  return (a0) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const sp = enter();
      try {
        return lift(target(x0, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exported2: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1] = converters;
  return (a0, a1) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const x1 = convert1(a1);
      const sp = enter();
      try {
        return lift(target(x0, x1, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exported3: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2] = converters;
  return (a0, a1, a2) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const x1 = convert1(a1);
      const x2 = convert2(a2);
      const sp = enter();
      try {
        return lift(target(x0, x1, x2, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exported4: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3] = converters;
  return (a0, a1, a2, a3) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const x1 = convert1(a1);
      const x2 = convert2(a2);
      const x3 = convert3(a3);
      const sp = enter();
      try {
        return lift(target(x0, x1, x2, x3, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exported5: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4] = converters;
  return (a0, a1, a2, a3, a4) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const x1 = convert1(a1);
      const x2 = convert2(a2);
      const x3 = convert3(a3);
      const x4 = convert4(a4);
      const sp = enter();
      try {
        return lift(target(x0, x1, x2, x3, x4, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exported6: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4, convert5] = converters;
  return (a0, a1, a2, a3, a4, a5) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const x1 = convert1(a1);
      const x2 = convert2(a2);
      const x3 = convert3(a3);
      const x4 = convert4(a4);
      const x5 = convert5(a5);
      const sp = enter();
      try {
        return lift(target(x0, x1, x2, x3, x4, x5, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exported7: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4, convert5, convert6] = converters;
  return (a0, a1, a2, a3, a4, a5, a6) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const x1 = convert1(a1);
      const x2 = convert2(a2);
      const x3 = convert3(a3);
      const x4 = convert4(a4);
      const x5 = convert5(a5);
      const x6 = convert6(a6);
      const sp = enter();
      try {
        return lift(target(x0, x1, x2, x3, x4, x5, x6, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exported8: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4, convert5, convert6, convert7] = converters;
  return (a0, a1, a2, a3, a4, a5, a6, a7) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const x0 = convert0(a0);
      const x1 = convert1(a1);
      const x2 = convert2(a2);
      const x3 = convert3(a3);
      const x4 = convert4(a4);
      const x5 = convert5(a5);
      const x6 = convert6(a6);
      const x7 = convert7(a7);
      const sp = enter();
      try {
        return lift(target(x0, x1, x2, x3, x4, x5, x6, x7, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

const exportedOfList: Wrap = (agent, target, converters, lift) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  return (...args) => {
    needStack();
    const mark = temporaries.mark();
    try {
      const operands = converters.map((convert, i) => convert(args[i]));
      const sp = enter();
      try {
        return lift(target(...operands, sp));
      } catch (error) {
        throw exceptions.toJs(error);
      } finally {
        leave(sp);
      }
    } finally {
      temporaries.release(mark);
    }
  };
};

/** The exported wrapper for so many parameters. */
export function exportedWrapper(parameters: number): Wrap {
  return byParameters[parameters] ?? exportedOfList;
}

const byParameters: readonly Wrap[] = [
  // as many parameters as stand before it
  exported0,
  exported1,
  exported2,
  exported3,
  exported4,
  exported5,
  exported6,
  exported7,
  exported8,
];
