/** Progress comes ten times a second. Nobody reads words that fast, and each change of them costs the window a redraw. */
import type * as vscode from "vscode";

/** Twice a second, as texts of the editor's own progress change. */
export const readableMs = 500;

/** The first of an event at once, then the newest every `everyMs` while there is one. */
export function slowed<News>(event: vscode.Event<News>, everyMs = readableMs): vscode.Event<News> {
  return (listener) => {
    let pause: NodeJS.Timeout | undefined;
    let waiting: { readonly news: News } | undefined;

    function tell(news: News): void {
      waiting = undefined;
      pause = setTimeout(() => {
        pause = undefined;
        if (waiting) tell(waiting.news);
      }, everyMs);
      listener(news);
    }

    const subscription = event((news) => {
      if (pause) waiting = { news };
      else tell(news);
    });
    return {
      dispose() {
        clearTimeout(pause);
        subscription.dispose();
      },
    };
  };
}
