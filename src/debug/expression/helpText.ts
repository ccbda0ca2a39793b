/** The documentation of the language, as the debug console prints it on `help`. */
import { functions } from "./functions/functions.ts";
import type { Environment } from "./environment.ts";
import { namesIn } from "./names/names.ts";

/** Two columns. */
function rows(entries: readonly { readonly name: string; readonly text: string }[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  return entries.map(({ name, text }) => `  ${name.padEnd(width)}  ${text}`).join("\n");
}

export function helpText(environment: Environment): string {
  return [
    `Names, of layer ${environment.layer} unless layers[0].h says otherwise:`,
    rows(namesIn(environment)),
    "Functions:",
    rows(functions.map(({ signature, text }) => ({ name: signature, text }))),
    "Operators: || && == != < <= > >= + - * / % ^ ! and h[3], h[0:8], weight_hh[2, 5].",
    "Commands of this console: h[3] = 0.5 edits and computes the future anew, ablate h[3] holds a unit at zero, undo.",
  ].join("\n");
}
