/** .npz, several arrays in one zip archive, as numpy.savez and savez_compressed write them. */
import type { FileTensor } from "./fileTensor.ts";
import { decodeNpy } from "./npy.ts";
import { openZip } from "./zip.ts";

const ending = ".npy";

/** By name, in the archive's order. Throws `FormatError`. */
export function decodeNpz(bytes: Uint8Array): ReadonlyMap<string, FileTensor> {
  const arrays = [...openZip(bytes).values()].filter(({ name }) => name.endsWith(ending));
  return new Map(
    arrays.map((entry) => [entry.name.slice(0, -ending.length), decodeNpy(entry.read())]),
  );
}
