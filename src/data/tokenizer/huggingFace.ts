/**
 * tokenizer.json of Hugging Face's tokenizers: WordLevel and BPE, by character or by byte. What it does with text is a
 * row of named steps; one that is not known here is refused by its name, because guessing would feed other numbers than the
 * Python program did. https://huggingface.co/docs/tokenizers
 */
import * as z from "zod";
import { UserError } from "../../config/problem.ts";
import {
  asByteCharacters,
  fromByteCharacters,
  mergePairs,
  pairKey,
  type BytePairs,
} from "./bytePairs.ts";
import { tokensByNumber, type Encoded, type Tokenizer } from "./tokenizer.ts";

const step = z.looseObject({ type: z.string() });
type Step = z.infer<typeof step>;

const schema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.int().nonnegative(), content: z.string().min(1) }))
    .default([]),
  normalizer: step.nullish(),
  pre_tokenizer: step.nullish(),
  post_processor: step.nullish(),
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).optional(),
    unk_token: z.string().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
    byte_fallback: z.boolean().nullish(),
  }),
});

export const isHuggingFace = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "model" in value && "added_tokens" in value;

/** Throws `UserError` for what is no tokenizer, or has a step that is not known here. */
export function huggingFaceTokenizer(value: unknown, name: string): Tokenizer {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError("tokenizer", `${name}: ${issue.path.join(".")}: ${issue.message}`, {
      advice: "Save it again with tokenizer.save(…).",
    });
  }
  const { added_tokens: added, model, normalizer, pre_tokenizer, post_processor } = parsed.data;
  const normalize = normalization(normalizer, name);
  const split = splitting(pre_tokenizer, name);
  const isByteLevel = stepsIn(pre_tokenizer, "pretokenizers").some(
    ({ type }) => type === "ByteLevel",
  );
  const numbers = new Map(Object.entries(model.vocab));
  const encodeWord = wordEncoding(model, numbers, name);
  const all = new Map([...numbers, ...added.map(({ content, id }) => [content, id] as const)]);
  const frame = framing(post_processor, all, name);
  const byLength = [...added].sort((a, b) => b.content.length - a.content.length);

  return {
    tokens: tokensByNumber(all).map((token) => (isByteLevel ? fromByteCharacters(token) : token)),
    encode(text) {
      const ids: number[] = [];
      const written: string[] = [];
      const put = ({ ids: more, written: words }: Encoded): void => {
        ids.push(...more);
        written.push(...words);
      };
      put(frame.before);
      for (const piece of splitAtAdded(text, byLength)) {
        if (piece.id !== undefined) put({ ids: [piece.id], written: [piece.text] });
        else for (const word of split(normalize(piece.text))) put(encodeWord(word));
      }
      put(frame.after);
      return {
        ids,
        written: isByteLevel ? written.map((part) => fromByteCharacters(part)) : written,
      };
    },
  };
}

const refuse = (name: string, what: string): UserError =>
  new UserError("tokenizer", `${name} has ${what}, which is not read here.`, {
    advice: 'Save the token numbers instead: numpy.save("ids.npy", tokenizer(text)["input_ids"]).',
  });

/** A step that is a row of steps, as that row. */
function stepsIn(whole: Step | null | undefined, key: string): readonly Step[] {
  if (!whole) return [];
  if (whole.type !== "Sequence") return [whole];
  const inner = z.array(step).safeParse(whole[key]);
  return inner.success ? inner.data.flatMap((each) => stepsIn(each, key)) : [whole];
}

function normalization(whole: Step | null | undefined, name: string): (text: string) => string {
  const steps = stepsIn(whole, "normalizers").map(({ type }) => {
    if (type === "Lowercase") return (text: string) => text.toLowerCase();
    if (type === "NFC" || type === "NFD" || type === "NFKC" || type === "NFKD") {
      return (text: string) => text.normalize(type);
    }
    throw refuse(name, `the normalizer "${type}"`);
  });
  return (text) => steps.reduce((current, apply) => apply(current), text);
}

/** Rust's \w. */
const word = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const notWord = String.raw`[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\s]`;
const wordsAndSigns = new RegExp(`${word}+|${notWord}+`, "gu");
const gpt2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

type Split = (text: string) => readonly string[];

function splitting(whole: Step | null | undefined, name: string): Split {
  const steps = stepsIn(whole, "pretokenizers").map((each): Split => {
    switch (each.type) {
      case "Whitespace":
        return (text) => text.match(wordsAndSigns) ?? [];
      case "WhitespaceSplit":
        return (text) => text.split(/\s+/).filter((part) => part !== "");
      case "ByteLevel":
        return (text) => {
          const spaced =
            each.add_prefix_space === true && !text.startsWith(" ") ? ` ${text}` : text;
          const parts = each.use_regex === false ? [spaced] : (spaced.match(gpt2) ?? []);
          return parts.map(asByteCharacters);
        };
      default:
        throw refuse(name, `the pre-tokenizer "${each.type}"`);
    }
  });
  return (text) => steps.reduce<readonly string[]>((parts, each) => parts.flatMap(each), [text]);
}

function wordEncoding(
  model: z.infer<typeof schema>["model"],
  numbers: BytePairs["numbers"],
  name: string,
): (word: string) => Encoded {
  const unknown = model.unk_token ? numbers.get(model.unk_token) : undefined;
  const numberOf = (part: string): number => {
    const number = numbers.get(part) ?? unknown;
    if (number !== undefined) return number;
    throw new UserError("token-unknown", `The vocabulary of ${name} does not have "${part}".`, {
      advice: "Leave it out.",
    });
  };
  const { type = model.merges ? "BPE" : "WordLevel" } = model;
  if (type === "WordLevel") return (word) => ({ ids: [numberOf(word)], written: [word] });
  const plain =
    !model.continuing_subword_prefix && !model.end_of_word_suffix && model.byte_fallback !== true;
  if (type !== "BPE" || !plain) {
    throw refuse(
      name,
      type === "BPE" ? "a BPE with prefixes or byte fallback" : `the model "${type}"`,
    );
  }
  const ranks = new Map(
    (model.merges ?? []).map((merge, rank) => {
      const [left, right] = typeof merge === "string" ? merge.split(" ") : merge;
      return [pairKey(left, right ?? ""), rank];
    }),
  );
  return (word) => {
    const written = mergePairs(word, ranks);
    return { ids: written.map(numberOf), written };
  };
}

interface Frame {
  readonly before: Encoded;
  readonly after: Encoded;
}

const nothing: Encoded = { ids: [], written: [] };

/** Tokens that are put around every text, as `encode` does by default. */
function framing(
  whole: Step | null | undefined,
  numbers: ReadonlyMap<string, number>,
  name: string,
): Frame {
  const steps = stepsIn(whole, "processors").filter(({ type }) => type !== "ByteLevel");
  if (steps.length === 0) return { before: nothing, after: nothing };
  const template = z
    .array(
      z.union([
        z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) }),
        z.looseObject({ Sequence: z.unknown() }),
      ]),
    )
    .safeParse(steps[0].single);
  if (steps.length > 1 || steps[0].type !== "TemplateProcessing" || !template.success) {
    throw refuse(name, `the post-processor "${steps[0].type}"`);
  }
  const middle = template.data.findIndex((each) => !("SpecialToken" in each));
  const named = (parts: typeof template.data): Encoded => {
    const written = parts.flatMap((each) =>
      "SpecialToken" in each ? [(each.SpecialToken as { readonly id: string }).id] : [],
    );
    return { ids: written.map((token) => numbers.get(token) ?? 0), written };
  };
  return {
    before: named(template.data.slice(0, middle)),
    after: named(template.data.slice(middle + 1)),
  };
}

interface Piece {
  readonly text: string;
  /** Of an added token, which nothing else is done to. */
  readonly id?: number;
}

function splitAtAdded(
  text: string,
  added: readonly { readonly id: number; readonly content: string }[],
): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = 0; at < text.length;) {
    const found = added.find(({ content }) => text.startsWith(content, at));
    if (!found) {
      at++;
      continue;
    }
    if (at > from) pieces.push({ text: text.slice(from, at) });
    pieces.push({ text: found.content, id: found.id });
    at += found.content.length;
    from = at;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
