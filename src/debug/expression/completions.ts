/** What could come next in an expression that is being typed. */
import type { Environment } from "./environment.ts";
import { functions } from "./functions/functions.ts";
import { namesIn, partsIn } from "./names/names.ts";

export interface Completion {
  readonly label: string;
  /** Inserted instead of the label. */
  readonly text?: string;
  readonly detail: string;
  readonly isFunction: boolean;
}

export interface Completions {
  /** Where the word begins that a completion replaces. */
  readonly from: number;
  readonly items: readonly Completion[];
}

/** @param text what stands before the caret */
export function completionsAt(text: string, environment: Environment): Completions {
  const word = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(text)?.[0] ?? "";
  const from = text.length - word.length;
  const before = text.slice(0, from);
  const matching = (items: readonly Completion[]): Completions => ({
    from,
    items: items.filter(({ label }) => label.toLowerCase().startsWith(word.toLowerCase())),
  });
  const selected = /layers\[(\d+)\]\.(?:(forward|reverse)\.)?$/.exec(before);
  if (selected) return matching(partCompletions(Number(selected[1]), selected[2], environment));
  // After any other dot there is nothing that we could offer, nor inside a number or a text.
  if (/[.\d]$/.test(before) || isInsideText(before)) return { from, items: [] };
  return matching([
    ...namesIn(environment).map(({ name, text: detail }) => ({
      label: name,
      detail,
      isFunction: false,
    })),
    { label: "layers", text: "layers[0]", detail: "other layers: layers[0].h", isFunction: false },
    ...functions.map(({ name, signature, text: detail }) => ({
      label: name,
      text: `${name}()`,
      detail: `${signature}: ${detail}`,
      isFunction: true,
    })),
  ]);
}

function partCompletions(
  layer: number,
  direction: string | undefined,
  environment: Environment,
): readonly Completion[] {
  const description = environment.program.trace.model.layers[layer];
  if (!description) return [];
  const within = {
    ...environment,
    layer,
    direction: direction === "reverse" ? "reverse" : "forward",
  } as const;
  const parts = partsIn(within).map(({ name, text: detail }) => ({
    label: name,
    detail,
    isFunction: false,
  }));
  if (direction !== undefined || description.directions.length === 1) return parts;
  const directions = description.directions.map((name) => ({
    label: name,
    detail: "direction of the layer",
    isFunction: false,
  }));
  return [...directions, ...parts];
}

/** Quotation marks that are not closed. */
const isInsideText = (text: string): boolean =>
  /^(?:[^"']|"[^"]*"|'[^']*')*["'][^"']*$/.test(text) && !/^(?:[^"']|"[^"]*"|'[^']*')*$/.test(text);
