/** Data sets out of strings, for tests of src/data. */
import { expect } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { configSchema, type Config } from "../../../src/config/schema.ts";
import { loadDataset, type Dataset } from "../../../src/data/dataset.ts";
import type { FileSource } from "../../../src/data/files.ts";
import { createTokenCounter, type TokenCounts } from "../../../src/data/tokenCounts.ts";
import type { TokenRow } from "../../../src/data/tokenRow.ts";
import type { Batch } from "../../../src/trace/batch.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A file system of strings. A pattern `folder/*` names all files of a folder. */
export function memoryFiles(files: Files): FileSource {
  const encoder = new TextEncoder();
  const readNow = (path: string): Uint8Array => {
    const content = files[path];
    if (content === undefined)
      throw new UserError("missing", `"${path}" does not exist.`, { path: ["data", "path"] });
    return typeof content === "string" ? encoder.encode(content) : content;
  };
  const read = async (path: string): Promise<Uint8Array> => readNow(path);
  return {
    read,
    // Small, so that lines, cells and characters are cut.
    async *pieces(path) {
      const bytes = await read(path);
      const length = bytes.length < 10_000 ? 7 : 1000;
      for (let from = 0; from < bytes.length; from += length) {
        yield bytes.slice(from, from + length);
      }
    },
    async open(path) {
      const part = (from: number, to: number): Uint8Array => readNow(path).slice(from, to);
      return { size: readNow(path).length, read: part, ask: async (from, to) => part(from, to) };
    },
    async list(pattern) {
      if (!pattern.endsWith("*")) return pattern in files ? [pattern] : [];
      // Deliberately not in order.
      return Object.keys(files)
        .filter((path) => path.startsWith(pattern.slice(0, -1)))
        .reverse();
    },
  };
}

export function configOf(data: object, training: object = {}, model: object = {}): Config {
  return configSchema.parse({
    data,
    training,
    model: { layers: [{ cell: "rnn", hidden: 2 }], ...model },
  });
}

export async function load(
  data: object,
  files: Files = {},
  training: object = {},
): Promise<Dataset> {
  const config = configOf(data, training);
  return loadDataset(config.data, config.training, memoryFiles(files));
}

/** What a person is told when the data cannot be read: place, message and advice in one line. */
export async function refusal(
  data: object,
  files: Files = {},
  training: object = {},
): Promise<UserError> {
  try {
    const { summary } = await load(data, files, training);
    throw new Error(`It was read: ${summary}`);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const refused = error as UserError;
    expect(refused.details.advice, "advice").toBeTruthy();
    return refused;
  }
}

/** All tokens of a row. */
export function tokensIn(row: TokenRow | undefined): number[] {
  const numbers = new Int32Array(row?.length ?? 0);
  row?.read(0, numbers.length, numbers);
  return Array.from(numbers);
}

export function countsOf(numbers: Int32Array): TokenCounts {
  const counter = createTokenCounter();
  counter.add(numbers, numbers.length);
  return counter.counts();
}

/** The tokens of each sequence of a batch, without padding. */
export function tokensOf(batch: Batch): number[][] {
  if (batch.input.kind !== "tokens") throw new Error("The batch is not of tokens.");
  const { tokens } = batch.input;
  return Array.from(batch.lengths, (length, b) =>
    Array.from({ length }, (_, t) => tokens[t * batch.size + b]),
  );
}

/** The input values (I) of each step of each sequence of a batch, without padding. */
export function valuesOf(batch: Batch): number[][][] {
  if (batch.input.kind !== "dense") throw new Error("The batch is not of numbers.");
  const { values } = batch.input;
  const width = values.length / batch.steps / batch.size;
  return Array.from(batch.lengths, (length, b) =>
    Array.from({ length }, (_, t) =>
      Array.from(values.subarray((t * batch.size + b) * width, (t * batch.size + b + 1) * width)),
    ),
  );
}

export function csv(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  return [header, ...rows].map((row) => row.join(",")).join("\n");
}
