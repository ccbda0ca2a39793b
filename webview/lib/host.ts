/** A panel's line to the host, and the little that a panel may remember between reloads. */
import { connect, type Client, type Contract, type Transport } from "../../src/protocol/channel.ts";
import type { PanelContract } from "../../src/protocol/panelContract.ts";
import { withNotFinite } from "./notFinite.ts";
import { tellingWhatIsSeen, type Page } from "./seen.ts";

export type Host = Client<PanelContract>;

interface VsCodeApi {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The editor gives its API to a page once only. */
let acquired: VsCodeApi | undefined;
const api = (): VsCodeApi => (acquired ??= acquireVsCodeApi());

const transport: Transport = {
  send(message, transfer) {
    api().postMessage(message, transfer);
  },
  listen(onMessage) {
    const listener = (event: MessageEvent): void => onMessage(withNotFinite(event.data));
    window.addEventListener("message", listener);
    return () => window.removeEventListener("message", listener);
  },
};

export function connectToHost(): Host {
  return tellingWhatIsSeen(connect<PanelContract>(transport), page);
}

const page: Page = {
  nextFrame: () => new Promise((resolve) => void requestAnimationFrame(() => resolve())),
  setBusy: (isBusy) => document.body.setAttribute("aria-busy", String(isBusy)),
};

/** The line of an editor that has a contract of its own. */
export function connectTo<C extends Contract>(): Client<C> {
  return connect<C>(transport);
}

/**
 * What this panel chose to remember (`rememberView`): small, and the panel's own business, such as
 * the selected tensor and the zoom. Survives hiding the panel and reloading the window. What comes
 * back may be older than the code, so every field may be missing.
 */
export function rememberedView<View extends object>(): Partial<View> {
  const view = api().getState();
  return typeof view === "object" && view !== null ? view : {};
}

export function rememberView(view: object): void {
  api().setState(view);
}
