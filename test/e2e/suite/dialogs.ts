/**
 * Stands in for the person in front of boxes and lists. Those that the extension keeps in its hand are the
 * editor's own, filled in and accepted through the editor; the one-shot ones are answered in their place.
 */
import * as vscode from "vscode";
import { until } from "./support.ts";

export interface Dialogs {
  /** The box that is shown now, once it is. */
  box(): Promise<vscode.InputBox>;
  /** Replaces what is in the box, and presses Enter. */
  type(text: string): Promise<void>;
  /** Takes the first row that matches, once it is there. */
  take(row: RegExp): Promise<vscode.QuickPickItem>;
}

/** What stands below a box, whatever its severity. */
export const textOf = (
  message: string | vscode.InputBoxValidationMessage | null | undefined,
): string => (typeof message === "string" ? message : (message?.message ?? ""));

const window = vscode.window as unknown as Record<string, unknown>;

/** Puts other functions in the place of `vscode.window`'s while `work` runs. */
export async function replacing<T>(
  functions: Readonly<Record<string, unknown>>,
  work: () => PromiseLike<T>,
): Promise<T> {
  const originals = Object.fromEntries(Object.keys(functions).map((name) => [name, window[name]]));
  Object.assign(window, functions);
  try {
    return await work();
  } finally {
    Object.assign(window, originals);
  }
}

/** Runs what opens boxes and lists beside the one who answers; both must come to an end. */
export async function inDialogs(
  opens: () => PromiseLike<unknown>,
  answers: (dialogs: Dialogs) => Promise<void>,
): Promise<void> {
  const { createInputBox, createQuickPick } = vscode.window;
  let box: vscode.InputBox | undefined;
  let list: vscode.QuickPick<vscode.QuickPickItem> | undefined;
  const dialogs: Dialogs = {
    box: () => until("an input box", () => box),
    async type(text) {
      const own = await dialogs.box();
      own.value = text;
      await accept();
    },
    async take(row) {
      const { own, item } = await until(
        `a row like ${row}`,
        () => {
          const found = list?.items.find(({ label }) => row.test(label));
          return list && found && { own: list, item: found };
        },
        { seen: () => list?.items },
      );
      own.activeItems = [item];
      await accept();
      return item;
    },
  };
  // A panel that an earlier test opened may take the focus only now; a person would wait for that.
  const captured = {
    createInputBox() {
      const own = createInputBox();
      own.ignoreFocusOut = true;
      own.onDidHide(() => (box = box === own ? undefined : box));
      return (box = own);
    },
    createQuickPick() {
      const own = createQuickPick();
      own.ignoreFocusOut = true;
      own.onDidHide(() => (list = list === own ? undefined : list));
      return (list = own);
    },
  };
  await replacing(captured, () => Promise.all([opens(), answers(dialogs)]));
}

async function accept(): Promise<void> {
  // The editor hears of changed properties once the timers that are due have run; then, in this order, of Enter.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
}
