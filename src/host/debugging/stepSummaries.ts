/** What a session has read so far and how that went, fetched once for each trace as far as it is needed. */
import * as vscode from "vscode";
import type { StepSummary, StepsArguments, StepsResponse } from "../../debug/customRequests.ts";

export interface PlacedStep extends StepSummary {
  readonly uri: string;
  /** Counted from 0, as the editor does. */
  readonly range: vscode.Range;
}

export interface StepSummaries {
  /** Steps `[from, to)` of a session's trace. */
  of(
    session: vscode.DebugSession,
    traceId: string,
    from: number,
    to: number,
  ): Promise<readonly PlacedStep[]>;
  forget(): void;
}

interface ProtocolSource {
  readonly name?: string;
  readonly path?: string;
  readonly sourceReference?: number;
}

export function createStepSummaries(): StepSummaries {
  let known:
    | { readonly traceId: string; readonly uris: readonly string[]; readonly steps: PlacedStep[] }
    | undefined;

  return {
    async of(session, traceId, from, to) {
      if (known?.traceId !== traceId)
        known = { traceId, uris: await sourcesOf(session), steps: [] };
      const { uris, steps } = known;
      for (let first = from; first < to; first++) {
        if (steps[first]) continue;
        const missing: StepsArguments = { from: first, to };
        const answer = (await session.customRequest("unroll/steps", missing)) as StepsResponse;
        for (const step of answer.steps) steps[step.t] = placed(step, uris);
        break;
      }
      return steps.slice(from, to).filter((step) => step !== undefined);
    },
    forget() {
      known = undefined;
    },
  };
}

async function sourcesOf(session: vscode.DebugSession): Promise<readonly string[]> {
  const { sources } = (await session.customRequest("loadedSources")) as {
    readonly sources: readonly ProtocolSource[];
  };
  return sources.map((source) => uriOf(source, session).toString());
}

/** The lines of the custom requests count from 1 whatever the client asked for. */
function placed(step: StepSummary, uris: readonly string[]): PlacedStep {
  const { source, line, column, endLine, endColumn } = step.place;
  const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  return { ...step, uri: uris[source] ?? "", range };
}

function uriOf(source: ProtocolSource, session: vscode.DebugSession): vscode.Uri {
  const { path, sourceReference } = source;
  if (path !== undefined && !sourceReference) {
    // On remotes the editor turns paths into URIs of its own; extensions see the file itself.
    const isUri = /^[a-z][\w+.-]+:\/\//i.test(path);
    return vscode.Uri.file(isUri ? vscode.Uri.parse(path).path : path);
  }
  return vscode.debug.asDebugSourceUri({ ...source }, session);
}
