/** Columns of numbers, aligned on the right, for reading. */

/** The first column numbers the rows from 1; `rows` hold the others. */
export function formatTable(
  names: readonly string[],
  rows: readonly (readonly number[])[],
): string {
  const cells = rows.map((row, index) => [String(index + 1), ...row.map(formatNumber)]);
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padStart(widths[column])).join("  ");
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(names), rule, ...cells.map(line), ""].join("\n");
}

const formatNumber = (value: number): string => {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  return magnitude !== 0 && magnitude < 1e-3
    ? value.toExponential(2)
    : String(Number(value.toPrecision(5)));
};
