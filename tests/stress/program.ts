/** program.wat as JS sees it. Objects are opaque. */
export interface StressProgram {
  batch(state: object, steps: number): void;
  newBoard(): object;
  newState(seed: number, thread: number, board: object): object;
  slotOf(state: object, index: number): object | null;
  putSlot(state: object, index: number, value: object | null): void;
  tableElement(index: number): object | null;
  kindOf(object: object): number;
  numberOf(object: object): number;
  childOf(object: object, index: number): object | null;
  byteOf(object: object, index: number): number;
  runOf(object: object, index: number): number;
}
