/** How high tones sound, in mel, and bands of frequencies that are as wide for the ear. */
import type { MelScale } from "../../config/schema.ts";

interface Scale {
  readonly toMel: (hz: number) => number;
  readonly toHz: (mel: number) => number;
}

/**
 * - `htk`: m = 2595 log₁₀(1 + f/700) (O'Shaughnessy 1987; Young et al., The HTK Book)
 * - `slaney`: linear up to 1,000 Hz, logarithmic from there (Slaney 1998, Auditory Toolbox; librosa's default)
 */
const scales: Readonly<Record<MelScale, Scale>> = {
  htk: {
    toMel: (hz) => 2595 * Math.log10(1 + hz / 700),
    toHz: (mel) => 700 * (10 ** (mel / 2595) - 1),
  },
  slaney: {
    toMel: (hz) => (hz < 1000 ? (3 * hz) / 200 : 15 + Math.log(hz / 1000) / slaneyStep),
    toHz: (mel) => (mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp(slaneyStep * (mel - 15))),
  },
};
/** 27 steps lie between 1,000 and 6,400 Hz. */
const slaneyStep = Math.log(6.4) / 27;

export interface MelBands {
  /** Hz */
  readonly centres: Float64Array;
  /** Of each band, the first bin of the spectrum that it hears, and how much it takes of this one and those that follow. */
  readonly filters: readonly { readonly from: number; readonly weights: Float64Array }[];
}

/**
 * Triangles over the N/2 + 1 bins of a spectrum, each beginning at its neighbour's centre and ending at the other's, with centres that are equally far
 * apart in mel (Davis & Mermelstein 1980). Their height is 1 (`htk`), or 2 / (their width in Hz), so that wide ones hear no more than narrow ones
 * (`slaney`).
 */
export function melBands(
  count: number,
  scale: MelScale,
  [lowest, highest]: readonly [lowestHz: number, highestHz: number],
  { size, sampleRate }: { readonly size: number; readonly sampleRate: number },
): MelBands {
  const { toMel, toHz } = scales[scale];
  const [first, last] = [toMel(lowest), toMel(highest)];
  const corners = Float64Array.from({ length: count + 2 }, (_, k) =>
    toHz(first + ((last - first) * k) / (count + 1)),
  );
  const bins = size / 2 + 1;
  const filters = Array.from({ length: count }, (_, band) => {
    const [left, centre, right] = corners.subarray(band, band + 3);
    const height = scale === "slaney" ? 2 / (right - left) : 1;
    const all = Float64Array.from({ length: bins }, (_, bin) => {
      const hz = (bin * sampleRate) / size;
      return (
        height *
        Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)))
      );
    });
    const from = all.findIndex((weight) => weight > 0);
    const end = all.findLastIndex((weight) => weight > 0) + 1;
    return { from: Math.max(0, from), weights: all.slice(Math.max(0, from), end) };
  });
  return { centres: corners.slice(1, -1), filters };
}
