/** Vocabularies as programs save them; tokenizer.json against Hugging Face's own (fixtures/makeTokenizers.py). */
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { readVocabulary } from "../../../src/data/tokenizer/vocabularyFile.ts";
import fixture from "./fixtures/tokenizers.json" with { type: "json" };

const read = (value: unknown) => readVocabulary(JSON.stringify(value), "tokenizer.json");

describe("a Hugging Face tokenizer.json", () => {
  for (const [kind, { tokenizer, texts }] of Object.entries(fixture)) {
    for (const { text, ids } of texts) {
      it(`reads ${JSON.stringify(text)} as the library does: ${kind}`, () => {
        const encoded = read(tokenizer).encode(text);
        expect(encoded.ids).toEqual(ids);
        expect(encoded.written).toHaveLength(ids.length);
      });
    }
  }

  it("shows bytes as the text that they are", () => {
    const { tokens, encode } = read(fixture["byte-level BPE"].tokenizer);
    expect(encode("the whale").written.join("")).toBe("the whale");
    expect(tokens).toContain(" whale");
  });

  it("is refused by the name of what is not known here", () => {
    const { tokenizer } = fixture["word level"];
    const odd = { ...tokenizer, pre_tokenizer: { type: "Metaspace" } };
    expect(() => read(odd)).toThrow('has the pre-tokenizer "Metaspace", which is not read here');
    const unigram = { ...tokenizer, model: { type: "Unigram", vocab: {} } };
    expect(() => read(unigram)).toThrow('the model "Unigram"');
    expect(() => read({ ...tokenizer, model: { type: "Unigram", vocab: [["a", -1]] } })).toThrow(
      UserError,
    );
  });
});

describe("a list of tokens", () => {
  it("of characters reads a text character by character", () => {
    const { encode } = readVocabulary("a\nb\n \n", "vocabulary.txt");
    expect(encode("ab a").ids).toEqual([0, 1, 2, 0]);
    expect(() => encode("abc")).toThrow('vocabulary.txt does not have "c".');
  });

  it("of words reads what lies between blanks, and knows what stands for the unknown", () => {
    const { encode } = readVocabulary('["<unk>", "the", "whale"]', "words.json");
    expect(encode(" the white whale\n").ids).toEqual([1, 0, 2]);
  });

  it("may be an object of numbers, with gaps but without absurd ones", () => {
    expect(readVocabulary('{"b": 3, "a": 0}', "v.json").tokens).toEqual(["a", "", "", "b"]);
    expect(() => readVocabulary('{"a": 2000000000}', "v.json")).toThrow("go up to 2000000000");
    expect(() => readVocabulary('{"a": -1}', "v.json")).toThrow('"a" has the number -1');
  });

  it("may be what Unroll writes beside a run", () => {
    const vocabulary = { tokens: ["⟨unknown⟩", "whale", "."], unknown: 0 };
    const encoding = { kind: "text", level: "word", lowercase: true, vocabulary };
    const { encode } = readVocabulary(
      JSON.stringify({ tokens: vocabulary.tokens, encoding }),
      "model.vocabulary.json",
    );
    expect(encode("Whale. Sea").ids).toEqual([1, 2, 0]);
  });

  it("is refused when it is none", () => {
    expect(() => readVocabulary("", "v.txt")).toThrow("v.txt is not a vocabulary: it is empty.");
    expect(() => readVocabulary('{"a": "b"}', "v.json")).toThrow("neither a list of texts");
  });
});
