/**
 * A vocabulary as programs save it: a list of tokens (a line each, or a JSON list), a JSON object of their numbers, the
 * `.vocabulary.json` that Unroll writes beside an exported run, or a Hugging Face tokenizer.json.
 */
import { UserError } from "../../config/problem.ts";
import type { TextEncoding } from "../encoding.ts";
import { encodeTyped, type Vocabulary } from "../vocabulary.ts";
import { huggingFaceTokenizer, isHuggingFace } from "./huggingFace.ts";
import { tokensByNumber, type Tokenizer } from "./tokenizer.ts";

/** Throws `UserError` for what is none of these. */
export function readVocabulary(text: string, name: string): Tokenizer {
  const value = jsonIn(text);
  if (value === undefined) {
    const tokens = text.replace(/^\uFEFF/, "").split(/\r?\n/);
    // A file ends with a line break; a token that is one does not.
    if (tokens.at(-1) === "") tokens.pop();
    return listTokenizer(tokens, name);
  }
  if (isHuggingFace(value)) return huggingFaceTokenizer(value, name);
  if (isTexts(value)) return listTokenizer(value, name);
  if (typeof value === "object" && value !== null) {
    if ("tokens" in value && isTexts(value.tokens)) return ownTokenizer(value, value.tokens, name);
    const entries = Object.entries(value);
    const numbers = new Map(
      entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
    if (numbers.size === entries.length && numbers.size > 0) {
      return listTokenizer(
        named(name, () => tokensByNumber(numbers)),
        name,
      );
    }
  }
  throw notOne(name, "it is JSON, but neither a list of texts nor an object of numbers");
}

const notOne = (name: string, why: string): UserError =>
  new UserError("vocabulary", `${name} is not a vocabulary: ${why}.`, {
    advice:
      "Give a file with one token in each line, or a JSON list, in the order of their numbers.",
  });

function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A list whose first token is a bracket.
    return undefined;
  }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");

function named<Value>(name: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw notOne(name, error instanceof Error ? error.message : String(error));
  }
}

const unknownNames = ["⟨unknown⟩", "<unk>", "[UNK]", "<UNK>", "UNK", "<oov>"];

const isSpecial = (token: string): boolean => /^[<[⟨].+[>\]⟩]$/u.test(token) || token === "";

/** Tokens of one character each read a text character by character; others word by word, with blanks between them. */
function listTokenizer(tokens: readonly string[], name: string): Tokenizer {
  if (tokens.length === 0) throw notOne(name, "it is empty");
  const numbers = new Map(tokens.map((token, number) => [token, number]));
  const unknown = unknownNames.map((token) => numbers.get(token)).find((id) => id !== undefined);
  const byCharacter = tokens.every((token) => Array.from(token).length === 1 || isSpecial(token));
  return {
    tokens,
    encode(text) {
      const written = byCharacter
        ? Array.from(text)
        : text.split(/\s+/).filter((word) => word !== "");
      const ids = written.map((token) => {
        const id = numbers.get(token) ?? unknown;
        if (id !== undefined) return id;
        throw new UserError("token-unknown", `${name} does not have "${token}".`, {
          advice: byCharacter
            ? "It is read character by character, as all of its tokens are one character long."
            : "It is read word by word, with blanks between them.",
        });
      });
      return { ids, written };
    },
  };
}

function ownTokenizer(value: object, tokens: readonly string[], name: string): Tokenizer {
  const encoding = "encoding" in value ? (value.encoding as Partial<TextEncoding>) : undefined;
  if (!encoding || (encoding.level !== "character" && encoding.level !== "word")) {
    return listTokenizer(tokens, name);
  }
  const unknown = encoding.vocabulary?.unknown;
  const vocabulary: Vocabulary = { tokens, ...(unknown !== undefined && { unknown }) };
  const options = { level: encoding.level, lowercase: encoding.lowercase === true };
  return {
    tokens,
    encode(text) {
      const { ids, written } = encodeTyped(text, vocabulary, options);
      return { ids: [...ids], written };
    },
  };
}
