/** What an encoder-decoder writes for a source: the likeliest outputs that a search of some width finds. */
import type { Real } from "../../trace/trace.ts";
import { createPass, forward } from "../bptt.ts";
import { decoderSource } from "../head.ts";
import type { Model } from "../model.ts";
import { softmax } from "../sampling.ts";
import { decodeOn } from "./decode.ts";

export interface SearchOptions {
  /** Unfinished outputs that are kept at each step; 1 always takes the likeliest token (greedy). */
  readonly beams: number;
  /** α of the length penalty; 0 prefers short outputs, as their probabilities have fewer factors. */
  readonly lengthPenalty: number;
  /** An output that has not ended by then is cut. */
  readonly maximumSteps: number;
}

export interface Hypothesis {
  /** Without the sign at the end. */
  readonly tokens: readonly number[];
  /** ln P(output | source), the sign at the end included. */
  readonly logProbability: number;
  /** Divided by the length penalty: what hypotheses are ranked by. */
  readonly score: number;
  /** False when it was cut. */
  readonly ended: boolean;
  /** (S) for each step, the last of which writes the sign at the end; absent without attention. */
  readonly attention?: readonly Real[];
}

interface Partial {
  readonly tokens: readonly number[];
  readonly logProbability: number;
  readonly attention: readonly Real[];
}

interface Candidate {
  /** Row of the batch that it goes on from. */
  readonly parent: number;
  readonly token: number;
  readonly logProbability: number;
}

/** Token 0 stands before the first token and after the last one. */
const boundary = 0;

/**
 * Beam search as Sutskever et al. 2014, section 3.2: at each step every kept output is extended by every token, and the
 * `beams` likeliest go on; one that reaches its end is set aside. Ranked with the length penalty of Wu et al. 2016
 * (arXiv:1609.08144, eq. 14):
 *   score = ln P / ((5 + length) / 6)^α
 * @returns at most `beams`, the best first
 */
export function beamSearch(
  model: Model,
  source: Int32Array,
  { beams, lengthPenalty, maximumSteps }: SearchOptions,
): readonly Hypothesis[] {
  const pass = createPass(model, { steps: source.length, batch: beams, decoderSteps: 1 });
  const { decoder } = pass;
  if (!decoder) throw new Error("Only an encoder-decoder writes an output of its own length.");
  const tokens = new Int32Array(source.length * beams);
  source.forEach((token, t) => tokens.fill(token, t * beams, (t + 1) * beams));
  const ones = new Int32Array(beams).fill(1);
  const first = new Int32Array(beams).fill(boundary);
  forward(pass, {
    steps: source.length,
    size: beams,
    lengths: new Int32Array(beams).fill(source.length),
    input: { kind: "tokens", tokens },
    decoder: { steps: 1, lengths: ones, tokens: first },
    carry: false,
  });
  const rows = decoderSource(pass);
  const looked = (row: number): readonly Real[] => {
    const from = row * source.length;
    return decoder.attention ? [decoder.attention.weights.slice(from, from + source.length)] : [];
  };
  const finish = (partial: Partial, ended: boolean): Hypothesis => {
    const length = partial.tokens.length + (ended ? 1 : 0);
    const { attention, ...rest } = partial;
    const score = partial.logProbability / ((5 + length) / 6) ** lengthPenalty;
    return { ...rest, score, ended, ...(decoder.attention && { attention }) };
  };

  // All rows are the same at first: one of them goes on.
  let alive: Partial[] = [{ tokens: [], logProbability: 0, attention: [] }];
  const finished: Hypothesis[] = [];
  for (let step = 1; ; step++) {
    const next: Partial[] = [];
    const parents: number[] = [];
    const ranked = candidatesOf(alive, pass.output.values, decoder.description.vocabulary, beams);
    for (const [rank, { parent, token, logProbability }] of ranked.entries()) {
      const before = alive[parent];
      const attention = [...before.attention, ...looked(parent)];
      if (token === boundary) {
        // One that is not among the likeliest ends no search.
        if (rank < beams)
          finished.push(finish({ tokens: before.tokens, logProbability, attention }, true));
      } else if (next.length < beams) {
        next.push({ tokens: [...before.tokens, token], logProbability, attention });
        parents.push(parent);
      }
    }
    alive = next;
    if (finished.length >= beams || alive.length === 0) break;
    if (step === maximumSteps) {
      finished.push(...alive.map((partial) => finish(partial, false)));
      break;
    }
    while (parents.length < beams) parents.push(0);
    decodeOn(
      decoder,
      rows,
      parents,
      parents.map((_, b) => alive[b]?.tokens.at(-1) ?? boundary),
    );
  }
  return finished.sort((a, b) => b.score - a.score).slice(0, beams);
}

/** The 2·beams likeliest, so that enough remain when `beams` of them end. Of equal ones the first come first. */
function candidatesOf(
  alive: readonly Partial[],
  logits: Real,
  vocabulary: number,
  beams: number,
): readonly Candidate[] {
  const candidates = alive.flatMap(({ logProbability }, parent) => {
    const row = logits.subarray(parent * vocabulary, (parent + 1) * vocabulary);
    return Array.from(softmax(row), (probability, token): Candidate => {
      return { parent, token, logProbability: logProbability + Math.log(probability) };
    });
  });
  return candidates
    .filter(({ logProbability }) => logProbability > -Infinity)
    .sort((a, b) => b.logProbability - a.logProbability)
    .slice(0, 2 * beams);
}
