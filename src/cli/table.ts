/** Columns that line up. */

/** The first row is the heading. Each line ends in a line break. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((cells) => widthOf(cells[column]))),
  );
  return rows
    .map((cells) => cells.map((cell, column) => cell + " ".repeat(widths[column] - widthOf(cell))))
    .map((cells) => `${cells.join("  ").trimEnd()}\n`)
    .join("");
}

/** Characters, not UTF-16 units. */
const widthOf = (cell: string): number => Array.from(cell).length;
