/** Carries a Channel over a webview. ArrayBuffers pass as they are (VS Code 1.57 and later). */
import type * as vscode from "vscode";
import type { Transport } from "../../protocol/channel.ts";

export function webviewTransport(webview: vscode.Webview): Transport {
  return {
    send(message) {
      // A hidden page receives nothing and asks for the whole state when it is shown again, so a
      // message that does not arrive is no loss; one to a page that was just closed rejects.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a webview takes none
      void Promise.resolve(webview.postMessage(message)).catch(() => undefined);
    },
    listen(onMessage) {
      const subscription = webview.onDidReceiveMessage(onMessage);
      return () => void subscription.dispose();
    },
  };
}
