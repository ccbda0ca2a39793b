/** Damages good files at random, with fixed seeds, and sees that readers answer with their own errors, soon. */
import * as fc from "fast-check";
import { UserError } from "../../../src/config/problem.ts";
import { FormatError } from "../../../src/formats/formatError.ts";

/** Longer than any of these small files takes, by far; a reader that loops is caught. */
const patienceMs = 2000;

export function readsOrRefuses(
  good: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
  runs = 300,
): void {
  const place = fc.nat(good.length - 1);
  const changes = fc.array(
    fc.tuple(place, fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))),
    { minLength: 1, maxLength: 6 },
  );
  const cut = fc.option(fc.nat(good.length), { freq: 3 });
  fc.assert(
    fc.property(changes, cut, (changes, cut) => {
      const bytes = good.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      attempt(bytes, read);
      if (cut !== null) attempt(good.subarray(0, cut), read);
    }),
    { seed: 20, numRuns: runs },
  );
}

function attempt(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): void {
  const begun = performance.now();
  try {
    read(bytes);
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof UserError)) throw error;
  }
  const taken = performance.now() - begun;
  if (taken > patienceMs) throw new Error(`Reading ${bytes.length} bytes took ${taken} ms.`);
}
