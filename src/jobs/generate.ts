/** Lets a language model write: it reads what it wrote, one token at a time. */
import { UserError } from "../config/problem.ts";
import { joinTokens } from "../data/tokens.ts";
import { encodeTyped } from "../data/vocabulary.ts";
import type { TextEncoding } from "../data/encoding.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { createRandom } from "../engine/rng.ts";
import { sampleToken } from "../engine/sampling.ts";
import { createStepper } from "../engine/stepper.ts";
import { createBreather } from "./breather.ts";
import { networkOf, type LoadedRun } from "./loadedRun.ts";

export interface GenerateRequest {
  readonly prompt: string;
  /** Tokens to write. */
  readonly length: number;
  /** 0 always takes the most probable token. */
  readonly temperature: number;
  readonly topK?: number;
  readonly seed: number;
}

const maximumLength = 100_000;

/**
 * The prompt and what follows it. The same seed writes the same text. Rejects when `signal` aborts. Throws `UserError` for a model that does not write, and for a prompt that it cannot read.
 */
export async function generate(
  loaded: LoadedRun,
  request: GenerateRequest,
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<{ readonly text: string }> {
  const { encoding, run } = loaded;
  if (encoding.kind !== "text") {
    throw new UserError("generate", `"${run.record.name}" is not a language model.`, {
      advice: 'Only a run whose data has the kind "text" can write.',
    });
  }
  check(request);
  const { vocabulary } = encoding;
  const { ids, written } = readPrompt(request.prompt, encoding);
  const random = createRandom(request.seed);
  const stepper = createStepper(networkOf(loaded, kernels));
  const breathe = createBreather();

  let logits = stepper.step(ids[0]);
  for (const id of ids.subarray(1)) logits = stepper.step(id);
  const tokens: string[] = [];
  while (tokens.length < request.length) {
    signal?.throwIfAborted();
    // ⟨unknown⟩ stands for a token and is none: there is nothing to write for it.
    if (vocabulary.unknown !== undefined) logits[vocabulary.unknown] = -Infinity;
    const token = sampleToken(logits, { ...request, random });
    tokens.push(vocabulary.tokens[token]);
    logits = stepper.step(token);
    await breathe();
  }
  const text =
    encoding.level === "character"
      ? request.prompt + tokens.join("")
      : joinTokens([...written, ...tokens], "word");
  return { text };
}

/** Without a prompt it begins as after a line break, or else after its most frequent token. */
function readPrompt(
  prompt: string,
  { vocabulary, level, lowercase }: TextEncoding,
): { readonly ids: Int32Array; readonly written: readonly string[] } {
  if (prompt !== "") return encodeTyped(prompt, vocabulary, { level, lowercase });
  const { tokens, unknown } = vocabulary;
  const mostFrequent = unknown === 0 && tokens.length > 1 ? 1 : 0;
  const begin = tokens.indexOf(level === "character" ? "\n" : ".");
  return { ids: Int32Array.of(begin < 0 ? mostFrequent : begin), written: [] };
}

function check({ length, temperature, topK, seed }: GenerateRequest): void {
  if (!(Number.isInteger(length) && length >= 1 && length <= maximumLength)) {
    throw wrong(`${length} is not a length.`, `Ask for 1 to ${maximumLength} characters or words.`);
  }
  if (!(temperature >= 0 && Number.isFinite(temperature))) {
    throw wrong(`${temperature} is not a temperature.`, "It is a number from 0 upwards.");
  }
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) {
    throw wrong(`${topK} is not a number of tokens.`, "top-k is a whole number from 1 upwards.");
  }
  if (!Number.isInteger(seed)) throw wrong(`${seed} is not a seed.`, "It is a whole number.");
}

const wrong = (what: string, advice: string): UserError =>
  new UserError("generate", what, { advice });
