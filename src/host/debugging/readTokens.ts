/**
 * In the editor: the token where the session stands has a frame, those read before it are tinted by their loss, and at
 * the end of its line stands what the network predicted.
 */
import * as vscode from "vscode";
import { currentTokenColor, lossTints } from "../ids.ts";
import type { Log } from "../log.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import type { DebugFollower, Stopped } from "./debugFollower.ts";
import type { PlacedStep, StepSummaries } from "./stepSummaries.ts";

/** Further back than any window shows, and quick to draw. */
const shownSteps = 1500;
/** Times the mean loss of the sequence: below the first there is no tint. */
const tintLimits = [0.5, 1, 2, 4];

interface Parts {
  readonly follower: DebugFollower;
  readonly summaries: StepSummaries;
  readonly traces: TraceStore;
  readonly log: Log;
}

export function showReadTokens({ follower, summaries, traces, log }: Parts): vscode.Disposable {
  const current = vscode.window.createTextEditorDecorationType({
    border: "1px solid",
    borderColor: new vscode.ThemeColor(currentTokenColor),
    overviewRulerColor: new vscode.ThemeColor(currentTokenColor),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  const tints = lossTints.map((color) =>
    vscode.window.createTextEditorDecorationType({
      backgroundColor: new vscode.ThemeColor(color),
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    }),
  );
  let steps: readonly PlacedStep[] = [];
  let stopped: Stopped | undefined;

  function draw(editors: readonly vscode.TextEditor[]): void {
    for (const editor of editors) {
      const uri = editor.document.uri.toString();
      const here = steps.filter((step) => step.uri === uri);
      const t = stopped?.position.t;
      editor.setDecorations(
        current,
        here.filter((step) => step.t === t).map(({ range }) => range),
      );
      const read = here.filter((step) => step.t !== t);
      for (const [index, tint] of tints.entries()) {
        editor.setDecorations(tint, read.filter((step) => tintOf(step) === index).map(withHover));
      }
    }
  }

  /** Undefined for what was no surprise, and where no loss is taken. */
  function tintOf({ loss }: PlacedStep): number | undefined {
    const mean = traces.current?.loss;
    if (loss === undefined) return undefined;
    if (!Number.isFinite(loss)) return tints.length - 1;
    if (mean === undefined || !(mean > 0)) return undefined;
    const tint = tintLimits.findLastIndex((limit) => loss >= limit * mean);
    return tint < 0 ? undefined : tint;
  }

  async function update(next: Stopped | undefined): Promise<void> {
    stopped = next;
    if (!next) {
      steps = [];
      summaries.forget();
    } else {
      const { traceId, t } = next.position;
      const from = Math.max(0, t + 1 - shownSteps);
      const read = await summaries.of(next.session, traceId, from, t + 1);
      if (stopped !== next) return;
      steps = read;
    }
    draw(vscode.window.visibleTextEditors);
  }

  const inlineValues: vscode.InlineValuesProvider = {
    async provideInlineValues(document, _viewPort, { stoppedLocation }) {
      if (!stopped) return [];
      const { session, position } = stopped;
      const [step] = await summaries.of(session, position.traceId, position.t, position.t + 1);
      if (!step || step.uri !== document.uri.toString()) return [];
      if (step.range.start.line !== stoppedLocation.start.line) return [];
      return [new vscode.InlineValueText(step.range, inWords(step))];
    },
  };

  return vscode.Disposable.from(
    current,
    ...tints,
    follower.onDidChange((next) => {
      update(next).catch((error: unknown) => log.warn(`Tokens were not tinted: ${String(error)}`));
    }),
    vscode.window.onDidChangeVisibleTextEditors(draw),
    vscode.languages.registerInlineValuesProvider({ pattern: "**" }, inlineValues),
  );
}

/** `"t" → "h" 0.61 · loss 0.49, right: "e"`. */
function inWords({ input, prediction, target, loss }: PlacedStep): string {
  const parts = [
    prediction === undefined ? `read ${input}` : `${input} → ${prediction}`,
    target === undefined ? undefined : `right: ${target}`,
    loss === undefined ? undefined : `loss ${loss.toPrecision(3)}`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}

function withHover(step: PlacedStep): vscode.DecorationOptions {
  const hoverMessage = new vscode.MarkdownString();
  hoverMessage.appendText(`Step ${step.t}: ${inWords(step)}`);
  return { range: step.range, hoverMessage };
}
