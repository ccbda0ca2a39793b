/** `--set training.epochs=3`: changes to a config's text, made as if somebody had typed them. */
import { applyEdits, getNodeValue, modify, type ParseError } from "jsonc-parser";
import { parseText } from "./parseText.ts";
import type { ConfigPath } from "./positions.ts";
import { fieldOf } from "./schemaTree.ts";
import { UserError } from "./problem.ts";

/**
 * Applies assignments such as `model.layers.0.hidden=64` or `data.path=other.txt` in order. A value
 * that is JSON is taken as such, any other as a text. What they amount to is checked by `parseConfig`.
 * @throws UserError when an assignment has no `=`, or its path leads through something that is no object.
 */
export function applyOverrides(text: string, assignments: readonly string[]): string {
  const errors: ParseError[] = [];
  const root = parseText(text, errors);
  // A text that is not JSON stays as it is, so that its own mistakes are reported where they stand.
  return root && errors.length === 0 ? assignments.reduce(applyOverride, text) : text;
}

function applyOverride(text: string, assignment: string): string {
  const equals = assignment.indexOf("=");
  const dotted = assignment.slice(0, equals).trim();
  if (equals < 1 || dotted === "") {
    throw new UserError("override", `"${assignment}" is not of the form key.path=value.`, {
      advice: "Write for example --set training.epochs=3",
    });
  }
  const path = splitPath(dotted);
  if (path.some((key) => key === "")) {
    throw new UserError("override", `"${dotted}" has an empty key in it.`, {
      advice: "Separate keys by single dots, as in training.epochs",
    });
  }
  refuseDetours(text, path, dotted);
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return applyEdits(
    text,
    modify(text, path, valueOf(assignment.slice(equals + 1)), { formattingOptions }),
  );
}

/** `model.layers[0].hidden` and `model.layers.0.hidden` are the same. */
const splitPath = (dotted: string): (string | number)[] =>
  dotted
    .replaceAll(/\[(\d+)\]/g, ".$1")
    .split(".")
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key.trim()));

function valueOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}

/** Everything on the way to the last key has to be an object or list, or not be there yet. */
function refuseDetours(text: string, path: ConfigPath, dotted: string): void {
  const root = parseText(text);
  let value: unknown = root && getNodeValue(root);
  for (const [depth, key] of path.entries()) {
    if (value === undefined) return;
    const isObject = typeof value === "object" && value !== null;
    const size = Array.isArray(value) ? value.length : undefined;
    const isList = size !== undefined;
    const fits = isList
      ? typeof key === "number" && key <= size
      : isObject && typeof key === "string";
    if (!fits) {
      const parent = path.slice(0, depth).join(".") || "the config";
      const what = isList ? `a list of ${size}` : isObject ? "an object" : "a single value";
      throw new UserError(
        "override",
        `"${dotted}" leads nowhere: ${parent} is ${what} and has no "${key}".`,
        { path },
      );
    }
    value = fieldOf(value, key);
  }
}
