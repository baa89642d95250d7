/** Waits for a shared word to change, in the event loop. */

interface AsyncAtomics {
  waitAsync?(
    words: Int32Array<ArrayBufferLike>,
    index: number,
    value: number,
    timeout: number,
  ): { readonly async: boolean; readonly value: string | Promise<string> };
}

/**
 * Resolves when somebody has notified the word at `index`, or it is not `value`, or after so many milliseconds. On
 * hosts without `Atomics.waitAsync` after `poll` milliseconds at most: whoever waits looks again.
 */
export async function wordChange(
  words: Int32Array<ArrayBufferLike>,
  index: number,
  value: number,
  milliseconds: number,
  poll: number,
): Promise<void> {
  const { waitAsync } = Atomics as AsyncAtomics;
  if (waitAsync !== undefined) {
    await waitAsync.call(Atomics, words, index, value, milliseconds).value;
    return;
  }
  await new Promise<void>((resolve) => setTimeout(resolve, Math.min(milliseconds, poll)));
}
