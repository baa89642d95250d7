/** Other validators, each as a function that decodes and validates a module and raises an error where it is invalid. */
import binaryen from "binaryen";
import loadWabt from "wabt";

export interface Peer {
  readonly name: string;
  validate(bytes: Uint8Array<ArrayBuffer>): void;
}

/** The host's, wabt's and Binaryen's. */
export async function peers(): Promise<readonly Peer[]> {
  const wabt = await loadWabt();
  return [
    {
      name: "host",
      validate: (bytes) => {
        if (!WebAssembly.validate(bytes)) throw new Error("the host refuses the module");
      },
    },
    {
      name: "wabt",
      validate: (bytes) => {
        const module = wabt.readWasm(bytes, { threads: true, exceptions: true });
        module.validate();
        module.destroy();
      },
    },
    {
      name: "Binaryen",
      validate: (bytes) => {
        const module = binaryen.readBinary(bytes);
        module.setFeatures(binaryen.Features.All);
        if (module.validate() !== 1) throw new Error("Binaryen refuses the module");
        module.dispose();
      },
    },
  ];
}
