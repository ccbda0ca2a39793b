/** What a panel shows before it has anything to show: what it is for, and the button that gets there. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, type TemplateResult } from "lit";
import { RemoteError } from "../../src/protocol/channel.ts";
import type { PanelCommand } from "../../src/protocol/panelContract.ts";

export interface EmptyState {
  /** A codicon's name. */
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  readonly actions: readonly {
    readonly label: string;
    readonly icon?: string;
    readonly command: PanelCommand;
  }[];
}

export function emptyState(
  empty: EmptyState,
  run: (command: PanelCommand) => void,
): TemplateResult {
  return html`<section class="empty-state">
    <span class="codicon codicon-${empty.icon} empty-icon" aria-hidden="true"></span>
    <h1>${empty.title}</h1>
    <p>${empty.text}</p>
    <div class="empty-actions">
      ${empty.actions.map(
        ({ label, icon, command }, index) =>
          html`<vscode-button
            ?secondary=${index > 0}
            icon=${icon ?? ""}
            @click=${() => run(command)}
            >${label}</vscode-button
          >`,
      )}
    </div>
  </section>`;
}

/** A line of trouble, with what to do about it where the error says so. */
export function errorMessage(error: unknown): TemplateResult {
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof RemoteError ? adviceIn(error.details) : undefined;
  return html`<p class="error-message" role="alert">
    <span class="codicon codicon-error" aria-hidden="true"></span> ${message} ${advice}
  </p>`;
}

/** A `UserError` says what to do; its details crossed the channel as plain data. */
function adviceIn(details: unknown): string | undefined {
  if (typeof details !== "object" || details === null || !("advice" in details)) return undefined;
  return typeof details.advice === "string" ? details.advice : undefined;
}

/** The line of any page that may run commands. */
interface Runner {
  call(name: "run", request: { readonly command: PanelCommand }): Promise<null>;
}

/** Runs a command of the editor, and reports when it cannot. */
export const runCommand =
  (host: Runner, onError: (error: unknown) => void) =>
  (command: PanelCommand): void => {
    host.call("run", { command }).catch(onError);
  };
