/**
 * Random numbers for the masks of dropout that can be drawn again: where a sequence is computed in segments, and each segment
 * twice, the second time has to drop what the first did. Each layer draws from a stream of its own, begun anew for every segment;
 * that of a variational layer begins alike in all of them, so that a sequence has one mask.
 */
import type { LayerDescription } from "../../trace/trace.ts";
import { createRandom, type Random } from "../rng.ts";

type Source = Pick<Random, "uniform">;

export interface MaskStreams {
  /** Of each layer. */
  readonly layers: readonly Source[];
  /** Takes one number, from which everything that is dropped in a sequence follows. */
  beginSequence(): void;
  beginSegment(segment: number): void;
}

/** Any two streams have to differ; odd, as large as a word. */
const [ofLayer, ofSegment] = [0x9e3779b1, 0x85ebca77];

export function createMaskStreams(
  descriptions: readonly LayerDescription[],
  random: Source,
): MaskStreams {
  let seed = 0;
  const begin = (layer: number, segment: number): Random =>
    createRandom(seed ^ Math.imul(layer + 1, ofLayer) ^ Math.imul(segment, ofSegment));
  const streams = descriptions.map((_, layer) => begin(layer, 0));
  return {
    layers: descriptions.map((_, layer) => ({ uniform: () => streams[layer].uniform() })),
    beginSequence() {
      seed = Math.floor(random.uniform() * 0x1_0000_0000);
    },
    beginSegment(segment) {
      for (const [layer, { variational, dropout }] of descriptions.entries()) {
        if (dropout) streams[layer] = begin(layer, variational ? 0 : segment);
      }
    },
  };
}
