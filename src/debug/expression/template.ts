/** A log point's message: text with expressions in braces, `loss={loss} top={top(p, 3)}`. A brace itself is `\{`. */
import { summaryLine } from "../variables/summary.ts";
import { valueText } from "../variables/valueText.ts";
import { compile } from "./compile.ts";
import type { Environment } from "./environment.ts";
import { ExpressionError } from "./expressionError.ts";
import { isNumbers } from "./value.ts";

/** Mistakes in the expressions are thrown with their place in the whole message. */
export function compileTemplate(text: string, environment: Environment): (t: number) => string {
  const parts: ((t: number) => string)[] = [];
  let plain = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "\\" && (text[at + 1] === "{" || text[at + 1] === "}")) {
      plain += text[++at];
    } else if (character === "{") {
      const end = closingBrace(text, at);
      const written = plain;
      plain = "";
      parts.push(() => written, expressionAt(text, at + 1, end, environment));
      at = end;
    } else plain += character;
  }
  const rest = plain;
  return (t) => `${parts.map((part) => part(t)).join("")}${rest}`;
}

function closingBrace(text: string, from: number): number {
  const end = text.indexOf("}", from);
  if (end < 0) {
    throw new ExpressionError("This brace is never closed. A brace itself is written \\{.", {
      from,
      to: text.length,
    });
  }
  return end;
}

function expressionAt(
  text: string,
  from: number,
  to: number,
  environment: Environment,
): (t: number) => string {
  try {
    const { type, at } = compile(text.slice(from, to), environment);
    return (t) => {
      try {
        const value = at(t);
        if (isNumbers(value)) return summaryLine(value, type.activation);
        return typeof value === "string" ? value : valueText(value);
      } catch (error) {
        if (error instanceof ExpressionError && error.isAbsence) return "–";
        throw error;
      }
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(error.message, { from: error.from + from, to: error.to + from });
  }
}
