/** `data.derived` of a table: columns that are worked out from others, row by row. */
import * as z from "zod";
import { count } from "./parts.ts";

const name = z
  .string()
  .min(1)
  .describe("What the new column is called in `inputs`, `targets` and further derived columns.");
const of = z
  .string()
  .min(1)
  .describe("The column that it is worked out from: one of the file, or a derived one above.");
const lag = count(
  "How many rows back it compares with: `7` is the same weekday of daily rows.",
).default(1);

const derivedColumn = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z
      .literal("difference")
      .describe(
        "How much it changed: x(t) − x(t − rows). Takes a trend out of sensors and weather.",
      ),
    name,
    of,
    rows: lag,
  }),
  z.strictObject({
    kind: z
      .literal("log-difference")
      .describe(
        "By what share it changed: ln x(t) − ln x(t − rows), of prices their return; 0.01 is a rise of 1 %. Only for numbers above 0.",
      ),
    name,
    of,
    rows: lag,
  }),
  z.strictObject({
    kind: z
      .literal("logarithm")
      .describe(
        "ln x(t), for what grows by shares: volumes, counts, energies. Only for numbers above 0.",
      ),
    name,
    of,
  }),
  z.strictObject({
    kind: z
      .literal("absolute")
      .describe("|x(t)|: how large, whichever sign. Of a return, the size of the move."),
    name,
    of,
  }),
  z.strictObject({
    kind: z
      .literal("rolling-mean")
      .describe(
        "The mean of the last `rows` rows, this one included: what is left without the noise.",
      ),
    name,
    of,
    rows: count("Over how many rows, this one included."),
  }),
  z.strictObject({
    kind: z
      .literal("rolling-deviation")
      .describe(
        "The standard deviation of the last `rows` rows, this one included: how restless it was. Of returns, the volatility.",
      ),
    name,
    of,
    rows: z.int().min(2).describe("Over how many rows, this one included; at least 2."),
  }),
]);
export type DerivedColumn = z.output<typeof derivedColumn>;

export const derived = z
  .array(derivedColumn)
  .optional()
  .describe(
    "Columns that the file does not have and that are worked out from its columns, such as the return of a price. Each looks only back, so that nothing of the future leaks; the first rows, which have no past to look at, are left out.",
  );
