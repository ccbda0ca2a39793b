/** What jsonc-parser's error codes mean, in words. */
import { getLocation, printParseErrorCode, type ParseError } from "jsonc-parser";
import type { Problem } from "./problem.ts";

const messages: Readonly<Record<string, string>> = {
  InvalidSymbol:
    "This is not JSON: texts need double quotes; other values are numbers, true, false or null.",
  InvalidNumberFormat: "This is not a number as JSON writes it, such as 0.5 or 1e-3.",
  PropertyNameExpected: "A key in double quotes belongs here.",
  ValueExpected: "A value is missing here.",
  ColonExpected: "A colon is missing between the key and its value.",
  CommaExpected: "A comma is missing before this.",
  CloseBraceExpected: "A closing brace } is missing.",
  CloseBracketExpected: "A closing bracket ] is missing.",
  EndOfFileExpected: "The config ends before this; remove what follows its closing brace.",
  InvalidCommentToken: "This comment is not allowed here.",
  UnexpectedEndOfComment: "This comment is not closed: */ is missing.",
  UnexpectedEndOfString: "This text is not closed: a double quote is missing.",
  UnexpectedEndOfNumber: "This number ends too early.",
  InvalidUnicode: "After \\u four hexadecimal digits must follow.",
  InvalidEscapeCharacter:
    'After \\ in a text only " \\ / b f n r t u may follow; write a backslash as \\\\, a path with /.',
  InvalidCharacter: "A control character stands in this text; write a line break as \\n.",
};

export function syntaxProblem(text: string, error: ParseError): Problem {
  const message = messages[printParseErrorCode(error.error)] ?? "This is not JSON.";
  // What is missing at the end is marked at the last character that is there.
  const end = text.trimEnd().length;
  const offset = error.offset >= end ? Math.max(0, end - 1) : error.offset;
  const length = error.offset >= end ? Math.min(1, end) : Math.max(1, error.length);
  const path = getLocation(text, error.offset).path;
  return { severity: "error", message, path, offset, length, source: "syntax" };
}
