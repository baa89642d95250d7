/**
 * Calls of JS from lowered code, for each number of parameters. Written by tests/tools/generate-wrappers.ts: change it
 * there.
 *
 * Arguments are converted while the agent is a mutator, since they may be objects that nothing else keeps. The result
 * is converted outside, since that may run code of the program; what it made is kept until the agent is a mutator
 * again, and let go of on every way out.
 *
 * Race: references in the result stay valid until the agent is a mutator again, since their wrapper objects cannot be
 * finalized before this thread's next turn.
 */
import type { Converter } from "../values/convert.ts";
import type { LoweredFunction } from "../values/functions.ts";
import type { Callee, Converters, WrappingAgent } from "./wrapping-agent.ts";

type Wrap = (agent: WrappingAgent, callee: Callee, converters: Converters, lower: Converter) => LoweredFunction;

const host0: Wrap = (agent, callee, _converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  return (sp) => {
    const mark = temporaries.mark();
    try {
      needStack();
      leave(sp as number);
      try {
        return lower(callee());
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host1: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0] = converters;
  return (x0, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host2: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1] = converters;
  return (x0, x1, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      const a1 = convert1(x1);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0, a1));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host3: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2] = converters;
  return (x0, x1, x2, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      const a1 = convert1(x1);
      const a2 = convert2(x2);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0, a1, a2));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host4: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3] = converters;
  return (x0, x1, x2, x3, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      const a1 = convert1(x1);
      const a2 = convert2(x2);
      const a3 = convert3(x3);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0, a1, a2, a3));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host5: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4] = converters;
  return (x0, x1, x2, x3, x4, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      const a1 = convert1(x1);
      const a2 = convert2(x2);
      const a3 = convert3(x3);
      const a4 = convert4(x4);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0, a1, a2, a3, a4));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host6: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4, convert5] = converters;
  return (x0, x1, x2, x3, x4, x5, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      const a1 = convert1(x1);
      const a2 = convert2(x2);
      const a3 = convert3(x3);
      const a4 = convert4(x4);
      const a5 = convert5(x5);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0, a1, a2, a3, a4, a5));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host7: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4, convert5, convert6] = converters;
  return (x0, x1, x2, x3, x4, x5, x6, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      const a1 = convert1(x1);
      const a2 = convert2(x2);
      const a3 = convert3(x3);
      const a4 = convert4(x4);
      const a5 = convert5(x5);
      const a6 = convert6(x6);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0, a1, a2, a3, a4, a5, a6));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const host8: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [convert0, convert1, convert2, convert3, convert4, convert5, convert6, convert7] = converters;
  return (x0, x1, x2, x3, x4, x5, x6, x7, sp) => {
    const mark = temporaries.mark();
    try {
      const a0 = convert0(x0);
      const a1 = convert1(x1);
      const a2 = convert2(x2);
      const a3 = convert3(x3);
      const a4 = convert4(x4);
      const a5 = convert5(x5);
      const a6 = convert6(x6);
      const a7 = convert7(x7);
      needStack();
      leave(sp as number);
      try {
        return lower(callee(a0, a1, a2, a3, a4, a5, a6, a7));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

const hostOfList: Wrap = (agent, callee, converters, lower) => {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  return (...operands) => {
    const sp = operands[converters.length];
    const mark = temporaries.mark();
    try {
      const args = converters.map((convert, i) => convert(operands[i]));
      needStack();
      leave(sp as number);
      try {
        return lower(callee(...args));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp as number);
    } finally {
      temporaries.release(mark);
    }
  };
};

/** The host wrapper for so many parameters. */
export function hostWrapper(parameters: number): Wrap {
  return byParameters[parameters] ?? hostOfList;
}

const byParameters: readonly Wrap[] = [
  // as many parameters as stand before it
  host0,
  host1,
  host2,
  host3,
  host4,
  host5,
  host6,
  host7,
  host8,
];
