/**
 * The source code of a sequence: where each step stands in the person's own files, or in a document that lists one line
 * per step where there is no file to point into.
 */
import { join, posix, win32 } from "node:path";
import type { StepLabel, TextPlace } from "../../data/split.ts";
import type { DebugSource, StepPlace } from "../../debug/debuggee.ts";

export interface Sources {
  readonly sources: readonly DebugSource[];
  /** (T) */
  readonly places: readonly StepPlace[];
  sourceAt(file: string): number | undefined;
}

export interface SourceOptions {
  readonly title: string;
  /** Absolute; places name files relative to it. */
  readonly folder: string;
  /** The text that places are in when it is no file. */
  readonly document?: { readonly name: string; readonly text: string };
}

export function sourcesOf(steps: readonly StepLabel[], options: SourceOptions): Sources {
  const { sources, places } = inFiles(steps, options) ?? listing(steps, options.title);
  return {
    sources,
    places,
    sourceAt(file) {
      const wanted = comparable(file);
      const index = sources.findIndex(
        ({ path }) => path !== undefined && comparable(path) === wanted,
      );
      return index < 0 ? undefined : index;
    },
  };
}

/** Undefined unless every step has a place of its own. */
function inFiles(steps: readonly StepLabel[], { folder, document }: SourceOptions) {
  const placed = steps.flatMap(({ place }) => (place ? [place] : []));
  const isShared = placed.some((place, t) => t > 0 && samePlace(place, placed[t - 1]));
  if (placed.length < steps.length || isShared) return undefined;
  const names = [...new Set(placed.map(({ file }) => file))];
  const sources = names.map((file): DebugSource =>
    document?.name === file ? document : { name: posix.basename(file), path: join(folder, file) },
  );
  const places = placed.map(({ file, line, column, length }): StepPlace => ({
    source: names.indexOf(file),
    line,
    column,
    endLine: line,
    endColumn: column + length,
  }));
  return { sources, places };
}

const samePlace = (a: TextPlace, b: TextPlace): boolean =>
  a.file === b.file && a.line === b.line && a.column === b.column;

/** One line per step: its number, what is read, what is to be said. */
function listing(steps: readonly StepLabel[], title: string) {
  const width = String(steps.length - 1).length;
  const lines = steps.map(({ input, inputValues, target, targetValues }, t) => {
    const values = (inputValues ?? []).map(({ name, value }) => `${name} ${shown(value)}`);
    const targets = (targetValues ?? []).map(({ name, value }) => `${name} ${shown(value)}`);
    const wanted = target ?? (targets.length > 0 ? targets.join("  ") : undefined);
    const read = values.length > 0 ? `${input}  ${values.join("  ")}` : input;
    return `${String(t).padStart(width)}  ${read}${wanted === undefined ? "" : `  → ${wanted}`}`;
  });
  const places = lines.map((line, t): StepPlace => ({
    source: 0,
    line: t + 1,
    column: 1,
    endLine: t + 1,
    endColumn: line.length + 1,
  }));
  const sources: readonly DebugSource[] = [
    { name: `${title}.steps`, text: `${lines.join("\n")}\n` },
  ];
  return { sources, places };
}

const shown = (value: number): string => String(Number(value.toPrecision(6)));

/** Editors name a file by its path or, on remotes, by a URI; Windows knows no case. */
function comparable(file: string): string {
  const isUri = /^[a-z][\w+.-]+:\/\//i.test(file);
  const path = isUri ? decodeURIComponent(new URL(file).pathname) : file;
  const isWindows = /^\/?[a-z]:/i.test(path);
  if (!isWindows) return posix.normalize(path);
  return win32.normalize(path.replace(/^\//, "")).toLowerCase();
}
