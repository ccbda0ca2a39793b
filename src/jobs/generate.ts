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
  /** The class of the text, for a network that writes texts of classes. */
  readonly condition?: string;
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
  const { vocabulary, classes } = encoding;
  const { ids, written } = readPrompt(
    request.prompt,
    encoding,
    classToken(request.condition, encoding),
  );
  // ⟨unknown⟩ stands for a token and is none: there is nothing to write for it. Nor is there for a class.
  const unwritten = [
    ...(vocabulary.unknown === undefined ? [] : [vocabulary.unknown]),
    ...(classes?.labels.map((_, index) => classes.first + index) ?? []),
  ];
  const random = createRandom(request.seed);
  const stepper = createStepper(networkOf(loaded, kernels));
  const breathe = createBreather();

  let logits = stepper.step(ids[0]);
  for (const id of ids.subarray(1)) logits = stepper.step(id);
  const tokens: string[] = [];
  while (tokens.length < request.length) {
    signal?.throwIfAborted();
    for (const token of unwritten) logits[token] = -Infinity;
    const token = sampleToken(logits, { ...request, random });
    if (token === classes?.end) break;
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

/** The token of a class, where texts have one. Throws `UserError` for a class that there is not, and where one is missing. */
function classToken(condition: string | undefined, { classes }: TextEncoding): number | undefined {
  if (!classes) {
    if (condition === undefined) return undefined;
    throw wrong(
      "This model writes without a class to condition it.",
      'Leave the condition out, or train on labelled texts with "predict": "text".',
    );
  }
  const known = classes.labels.map((label) => `"${label}"`).join(", ");
  if (condition === undefined) {
    throw wrong(
      "This model writes texts of a class, and none is given.",
      `Choose one of ${known}.`,
    );
  }
  const index = classes.labels.indexOf(condition);
  if (index < 0) throw wrong(`There is no class "${condition}".`, `Choose one of ${known}.`);
  return classes.first + index;
}

/** Without a prompt it begins after the class, or as after a line break, or else after its most frequent token. */
function readPrompt(
  prompt: string,
  { vocabulary, level, lowercase }: TextEncoding,
  begin: number | undefined,
): { readonly ids: Int32Array; readonly written: readonly string[] } {
  if (prompt !== "") {
    const read = encodeTyped(prompt, vocabulary, { level, lowercase });
    return begin === undefined ? read : { ...read, ids: Int32Array.of(begin, ...read.ids) };
  }
  if (begin !== undefined) return { ids: Int32Array.of(begin), written: [] };
  const { tokens, unknown } = vocabulary;
  const mostFrequent = unknown === 0 && tokens.length > 1 ? 1 : 0;
  const usual = tokens.indexOf(level === "character" ? "\n" : ".");
  return { ids: Int32Array.of(usual < 0 ? mostFrequent : usual), written: [] };
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
