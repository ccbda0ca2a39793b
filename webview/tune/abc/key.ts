/** Key signatures: which letters are sharp or flat throughout a tune. */

const sharpOrder = ["F", "C", "G", "D", "A", "E", "B"];
/** Sharps of the major key on each letter; flats are negative. */
const sharpsOfMajor: Readonly<Record<string, number>> = {
  C: 0,
  G: 1,
  D: 2,
  A: 3,
  E: 4,
  B: 5,
  F: -1,
};
/** How many sharps a mode has more than major on the same tonic. */
const sharpsOfMode: Readonly<Record<string, number>> = {
  "": 0,
  maj: 0,
  ion: 0,
  m: -3,
  min: -3,
  aeo: -3,
  mix: -1,
  dor: -2,
  phr: -4,
  lyd: 1,
  loc: -5,
};

/** Semitones that each letter is raised by; letters that are not are absent. */
export type KeySignature = ReadonlyMap<string, number>;

/** `G`, `Em`, `Ador`, `F# minor`; undefined for what is no key. */
export function keySignature(written: string): KeySignature | undefined {
  const [, tonic, accidental, mode] = /^([A-G])([#b]?) ?([A-Za-z]*)/.exec(written.trim()) ?? [];
  if (tonic === undefined) return undefined;
  const more = sharpsOfMode[mode === "m" ? "m" : mode.slice(0, 3).toLowerCase()];
  if (more === undefined) return undefined;
  const shift = accidental === "#" ? 7 : accidental === "b" ? -7 : 0;
  const sharps = sharpsOfMajor[tonic] + shift + more;
  if (Math.abs(sharps) > 7) return undefined;
  return sharps >= 0
    ? new Map(sharpOrder.slice(0, sharps).map((letter) => [letter, 1]))
    : new Map(sharpOrder.slice(sharps).map((letter) => [letter, -1]));
}
