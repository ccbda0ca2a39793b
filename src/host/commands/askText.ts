/**
 * Asks for a text that a network reads. What it cannot read stays in the box, with the reason below it,
 * to be mended there: nobody types a sentence twice because of one letter.
 */
import * as vscode from "vscode";
import { explain } from "../log.ts";

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string;
  readonly mayBeEmpty?: boolean;
}

/** Codes of mistakes in what was typed; everything else is no reason to type it again. */
const typingMistakes: readonly (string | undefined)[] = [
  "token-unknown",
  "text-empty",
  "row-length",
  "csv-number",
];

/** What `read` makes of the text; undefined when the person changed their mind. Rejects as `read` does. */
export async function askText<T>(
  question: TextQuestion,
  read: (text: string) => Promise<T>,
): Promise<T | undefined> {
  let text = "";
  let refusal: string | undefined;
  for (;;) {
    const typed = await typeInto(question, text, refusal);
    if (typed === undefined) return undefined;
    try {
      return await read(typed);
    } catch (error) {
      const { code, message } = explain(error);
      if (!typingMistakes.includes(code)) throw error;
      text = typed;
      refusal = message;
    }
  }
}

function typeInto(
  { title, prompt, placeholder, mayBeEmpty = false }: TextQuestion,
  text: string,
  refusal: string | undefined,
): Promise<string | undefined> {
  const box = vscode.window.createInputBox();
  Object.assign(box, { title, prompt, placeholder, value: text, validationMessage: refusal });
  return new Promise<string | undefined>((resolve) => {
    box.onDidChangeValue((value) => {
      box.validationMessage = value === text ? refusal : undefined;
    });
    box.onDidAccept(() => {
      if (box.value === "" && !mayBeEmpty) {
        box.validationMessage = "Type at least one character.";
      } else resolve(box.value);
    });
    box.onDidHide(() => resolve(undefined));
    box.show();
  }).finally(() => box.dispose());
}
