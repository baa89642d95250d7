/** How Workers are told to die, and how. */

/**
 * By an error that nobody catches, a promise that nobody handles, its own will, or its own will in the middle of a wait
 * of lowered code.
 */
export type Death = "throw" | "reject" | "exit" | "exit-in-wait";

/** The channel on which they are told. */
export const channelName = "heddle-life";
