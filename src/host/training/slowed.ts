/** Progress comes ten times a second. Nobody reads words that fast, and each change of them costs the window a redraw. */
import type * as vscode from "vscode";
import { paced } from "../pace.ts";

/** Twice a second, as texts of the editor's own progress change. */
const readableMs = 500;

/** The first of an event at once, then the newest every half second while there is one. */
export function slowed<News>(event: vscode.Event<News>): vscode.Event<News> {
  return (listener) => {
    const pace = paced<News>(listener, () => readableMs);
    const subscription = event((news) => pace.news(news));
    return {
      dispose() {
        subscription.dispose();
        pace.dispose();
      },
    };
  };
}
