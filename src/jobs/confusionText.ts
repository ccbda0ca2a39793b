/** What a classifier takes for what, as a page to read: the table first, then what it got wrong. */
import type { Confusion } from "./confusion.ts";

const longestName = 14;

export function confusionText({ runName, of, classes, counts, mistakes }: Confusion): string {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = classes.reduce((sum, _, k) => sum + counts[k][k], 0);
  const said = classes.map((_, answer) => counts.reduce((sum, row) => sum + row[answer], 0));
  const names = classes.map(cut);
  const rows = [
    ["is ↓   taken for →", ...names, "", "found"],
    ...counts.map((row, truth) => [
      names[truth],
      ...row.map((count) => (count === 0 ? "·" : String(count))),
      "",
      share(row[truth], sum(row)),
    ]),
    ["right when said", ...said.map((count, k) => share(counts[k][k], count)), "", ""],
  ];
  return [
    `${runName}: ${right.toLocaleString("en")} of ${total.toLocaleString("en")} ${of}s that were never trained on are right (${share(right, total)}).`,
    "",
    ...aligned(rows),
    ...(of === "step" ? [] : ["", ...mistakesText(mistakes, total - right)]),
    "",
  ].join("\n");
}

function mistakesText(mistakes: Confusion["mistakes"], wrong: number): readonly string[] {
  if (wrong === 0) return ["Every one is right."];
  const shown = mistakes.length < wrong ? `the first ${mistakes.length} of ${wrong}` : `${wrong}`;
  return [
    `Taken for something else, the surest first (${shown}):`,
    "",
    ...aligned(
      mistakes.map(({ truth, answer, probability, title, detail }) => [
        `${cut(truth)} → ${cut(answer)}`,
        `${(100 * probability).toFixed(0)} %`,
        `${Array.from(title).slice(0, 80).join("")}   (${detail})`,
      ]),
      [2],
    ),
  ];
}

/** The first column and those of `left` begin at the left, all others end at the right. */
function aligned(
  rows: readonly (readonly string[])[],
  left: readonly number[] = [],
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => Array.from(cells[column]).length)),
  );
  return rows.map((cells) =>
    cells
      .map((cell, column) => {
        const blanks = " ".repeat(widths[column] - Array.from(cell).length);
        return column === 0 || left.includes(column) ? cell + blanks : blanks + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const share = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;

function cut(name: string): string {
  const characters = Array.from(name);
  return characters.length <= longestName
    ? name
    : `${characters.slice(0, longestName - 1).join("")}…`;
}
