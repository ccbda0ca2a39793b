/** Which colour each run has. A run keeps its colour while others come and go. */

/** Chart colours of the theme; blue and orange, the first two, differ for every kind of colour vision. */
export const runColorNames = ["blue", "orange", "green", "purple", "red", "yellow"] as const;

/** Place in `runColorNames` by run folder. */
export type RunColors = Readonly<Record<string, number>>;

/**
 * Keeps what was assigned to runs that are still shown; a new run gets the colour that the fewest
 * shown runs have, the first of those.
 */
export function assignColors(assigned: RunColors, runFolders: readonly string[]): RunColors {
  const colors: Record<string, number> = {};
  const used = runColorNames.map(() => 0);
  for (const folder of runFolders) {
    const color = Object.hasOwn(assigned, folder) ? assigned[folder] : undefined;
    if (color === undefined || !(color in runColorNames)) continue;
    colors[folder] = color;
    used[color]++;
  }
  for (const folder of runFolders) {
    if (Object.hasOwn(colors, folder)) continue;
    const color = used.indexOf(Math.min(...used));
    colors[folder] = color;
    used[color]++;
  }
  return colors;
}
