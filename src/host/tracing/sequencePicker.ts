/** Asks which sequence of its data a network shall be stepped through, or whether one will be typed. */
import * as vscode from "vscode";
import type { SequenceChoice } from "../../protocol/sequenceChoice.ts";
import type { Run } from "../../runs/runFolder.ts";
import { explain } from "../log.ts";
import { askRecording, readsSound } from "./askRecording.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";

type Split = "validation" | "training";

/** A separator means nothing; everything else says what happens when it is picked. */
interface Item extends vscode.QuickPickItem {
  readonly choice?: SequenceChoice | "typed" | "recording";
  readonly more?: Split;
  /** Why there are no sequences to choose from. */
  readonly failure?: unknown;
}

const pageSize = 100;
const splitTitles: Readonly<Record<Split, string>> = {
  validation: "Validation data, never trained on",
  training: "Training data",
};

/**
 * `"typed"` when the person wants to type one, undefined when they changed their mind. Rejects when the data
 * cannot be read, unless one can be typed: then the list says why it is short.
 */
export async function pickSequence(
  worker: LazyWorker,
  run: Run,
  doing = "Step through",
): Promise<SequenceChoice | "typed" | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = `${doing} a sequence with "${run.record.name}"`;
  picker.placeholder = "Which sequence?";
  picker.matchOnDetail = true;
  // A panel that opens at this moment takes the focus, and the list would be gone.
  picker.ignoreFocusOut = true;
  picker.busy = true;
  const typed: Item[] = [];
  if (run.record.model.input.kind === "tokens")
    typed.push({ label: "$(edit) Type a sequence…", alwaysShow: true, choice: "typed" });
  else if (await readsSound(run))
    typed.push({ label: "$(unmute) Choose a recording…", alwaysShow: true, choice: "recording" });
  picker.items = typed;
  picker.show();
  try {
    const pages = createPages(worker, run.folder);
    const update = async (): Promise<void> => {
      picker.busy = true;
      try {
        picker.items = [...typed, ...(await pages.items())];
      } catch (error) {
        if (typed.length === 0) throw error;
        picker.items = [...typed, unreadable(error)];
      }
      picker.busy = false;
    };
    // Both may fail or be left: the person types before the data was read, or never asks for it.
    const failed = new Promise<never>((_, reject) => {
      update().catch(reject);
    });
    for (;;) {
      const item = await Promise.race([nextAnswer(picker), failed]);
      if (!item) return undefined;
      if (item.choice === "recording") {
        picker.hide();
        return await askRecording(run);
      }
      if (item.choice) return item.choice;
      if (item.failure !== undefined) throw item.failure;
      if (item.more) {
        await pages.more(item.more);
        await update();
      }
    }
  } finally {
    picker.dispose();
  }
}

const unreadable = (failure: unknown): Item => ({
  label: "$(warning) The run's data cannot be read",
  detail: explain(failure).message,
  alwaysShow: true,
  failure,
});

interface Pages {
  items(): Promise<readonly Item[]>;
  more(split: Split): Promise<void>;
}

function createPages(worker: LazyWorker, runFolder: string): Pages {
  const loaded: Record<Split, { total: number; items: Item[] } | undefined> = {
    validation: undefined,
    training: undefined,
  };

  async function load(split: Split): Promise<void> {
    const offset = loaded[split]?.items.length ?? 0;
    const { total, items } = await worker.call("sequences", {
      runFolder,
      split,
      offset,
      limit: pageSize,
    });
    const page = items.map(({ title, detail, choice }) => ({ label: title, detail, choice }));
    loaded[split] = { total, items: [...(loaded[split]?.items ?? []), ...page] };
  }

  return {
    async items() {
      const splits: readonly Split[] = ["validation", "training"];
      await Promise.all(splits.filter((split) => !loaded[split]).map(load));
      return splits.flatMap((split) =>
        section(split, loaded[split]?.items ?? [], loaded[split]?.total ?? 0),
      );
    },
    more: load,
  };
}

function section(split: Split, items: readonly Item[], total: number): readonly Item[] {
  if (total === 0) return [];
  const title = `${splitTitles[split]} (${total.toLocaleString("en")})`;
  const rest = total - items.length;
  const more: readonly Item[] =
    rest > 0
      ? [
          {
            label: `$(ellipsis) Show more of ${rest.toLocaleString("en")} others`,
            alwaysShow: true,
            more: split,
          },
        ]
      : [];
  return [{ label: title, kind: vscode.QuickPickItemKind.Separator }, ...items, ...more];
}

/** The item that is accepted next, or undefined once the picker is closed. */
function nextAnswer(picker: vscode.QuickPick<Item>): Promise<Item | undefined> {
  return new Promise((resolve) => {
    const subscriptions = [
      picker.onDidAccept(() => finish(picker.selectedItems[0])),
      picker.onDidHide(() => finish(undefined)),
    ];
    function finish(item: Item | undefined): void {
      vscode.Disposable.from(...subscriptions).dispose();
      resolve(item);
    }
  });
}
