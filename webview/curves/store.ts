/** The panel's copy of the runs whose curves are shown: asked for once, then kept right by events. */
import type { Client } from "../../src/protocol/channel.ts";
import type {
  CurvesContract,
  CurvesState,
  TrainingNews,
} from "../../src/protocol/curvesContract.ts";
import type { MetricsRow } from "../../src/protocol/training.ts";

export interface CurvesStore {
  /** Undefined until the host has answered for the first time. */
  readonly state: CurvesState | undefined;
}

/** Calls `state` when everything may be different, `news` when curves have grown. */
export function createCurvesStore(
  host: Client<CurvesContract>,
  on: { state(): void; news(): void; error(error: unknown): void },
): CurvesStore {
  let state: CurvesState | undefined;
  const replace = (next: CurvesState): void => {
    state = next;
    on.state();
  };
  host.on("state", replace);
  host.on("progress", (news) => {
    // What comes before the whole state is in it.
    if (!state) return;
    state = withNews(state, news);
    on.news();
  });
  host.call("ready", null).then(replace, (error: unknown) => on.error(error));
  return {
    get state() {
      return state;
    },
  };
}

/** The state after news of a training: its status, and its rows at the end of its run's curve. */
export function withNews(state: CurvesState, { status, rows }: TrainingNews): CurvesState {
  const { runFolder, runName: name, state: runState } = status;
  const known = state.runs.some((curve) => curve.runFolder === runFolder);
  const runs = known
    ? state.runs.map((curve) =>
        curve.runFolder === runFolder
          ? { ...curve, name, state: runState, rows: appended(curve.rows, rows) }
          : curve,
      )
    : [...state.runs, { runFolder, name, state: runState, rows }];
  return { ...state, training: status, runs };
}

/** A resumed run repeats the updates since its checkpoint; the later rows replace the earlier. */
function appended(old: readonly MetricsRow[], rows: readonly MetricsRow[]): readonly MetricsRow[] {
  if (rows.length === 0) return old;
  const first = rows[0].update;
  const kept =
    old.length > 0 && old[old.length - 1].update >= first
      ? old.filter((row) => row.update < first)
      : old;
  return [...kept, ...rows];
}
