/** What was climbed as a table in Markdown: mean and spread over seeds, chance, and the literature's figure. */
import type { Climb } from "./climb.ts";
import { isSolved, type Rung } from "./rungs.ts";

export function ladderTable(rungs: readonly Rung[], climbs: readonly Climb[]): string {
  const lines = rungs.flatMap((rung) => {
    const own = climbs.filter((climb) => climb.rung === rung.id);
    return own.length === 0 ? [] : [cellsOf(rung, own)];
  });
  const heading = ["task", "reached here", "chance", "solved", "updates until then", "published"];
  return [heading, heading.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
}

function cellsOf(rung: Rung, climbs: readonly Climb[]): readonly string[] {
  const values = climbs.map(({ value }) => value);
  const until = climbs.flatMap(({ solvedAfter }) => solvedAfter ?? []);
  const solved = values.filter((value) => isSolved(rung, value)).length;
  return [
    rung.title,
    `${spread(rung, values)} ${rung.unit}`,
    valueInWords(rung, rung.chance),
    `${solved} of ${values.length}`,
    until.length === 0 ? "–" : Math.round(meanOf(until)).toLocaleString("en-US"),
    rung.published,
  ];
}

/** "0.0021 ± 0.0004", the standard deviation over seeds; one seed has none. */
function spread(rung: Rung, values: readonly number[]): string {
  const mean = meanOf(values);
  if (values.length < 2) return valueInWords(rung, mean);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return `${valueInWords(rung, mean)} ± ${valueInWords(rung, deviation)}`;
}

export const valueInWords = ({ measure }: Pick<Rung, "measure">, value: number): string =>
  measure === "loss" ? String(Number(value.toPrecision(2))) : `${(100 * value).toFixed(1)} %`;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
