/** Which curves stand in which plot, and how each is drawn. Pure: runs in, lines out. */
import { pointsOf, positionOn, type Point, type Ruler, type RunSeries } from "./runSeries.ts";
import type { Series } from "./series.ts";
import { lossTitle } from "./status.ts";

export type PlotKind =
  | "loss"
  | "accuracy"
  | "labelErrors"
  | "gradient"
  | "clipped"
  | "learningRate";

/**
 * How a line is drawn: the run gives its colour, the measure its stroke. A broad one is translucent, so
 * that it shows on both sides of a solid one that lies on it.
 */
export type Stroke = "solid" | "dashed" | "faint" | "broad";

export interface Line {
  readonly run: RunSeries;
  /** Of the measure, without the run's name. */
  readonly name: string;
  readonly stroke: Stroke;
  readonly points: readonly Point[];
}

/** A single place that is pointed out: the best validation. */
export interface Mark {
  readonly run: RunSeries;
  readonly name: string;
  readonly point: Point;
}

export interface Plot {
  readonly kind: PlotKind;
  readonly title: string;
  readonly unit: string;
  readonly isLogarithmic: boolean;
  readonly isShare: boolean;
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
}

export interface PlotRequest {
  readonly runs: readonly RunSeries[];
  readonly ruler: Ruler;
  readonly smooth: boolean;
}

/** The plots that have something to show, the loss first; the loss is there even when it is empty. */
export function plotsOf(request: PlotRequest): readonly Plot[] {
  const plots = [
    lossPlot(request),
    accuracyPlot(request),
    labelErrorPlot(request),
    gradientPlot(request),
    clippedPlot(request),
    ratePlot(request),
  ];
  return plots.filter(({ kind, lines }) => kind === "loss" || lines.length > 0);
}

function lossPlot({ runs, ruler, smooth }: PlotRequest): Plot {
  const lines = runs.flatMap((run) => [
    ...(smooth
      ? [
          ...line(run, run.series.trainLoss, "training", "faint", ruler),
          ...line(run, run.smoothedTrainLoss, "training, smoothed", "solid", ruler),
        ]
      : line(run, run.series.trainLoss, "training", "solid", ruler)),
    ...line(run, run.series.validationLoss, "validation", "dashed", ruler),
  ]);
  const marks = runs.flatMap((run) => {
    const best = run.series.validationLoss.minimum;
    return best
      ? [
          {
            run,
            name: "best validation",
            point: { x: positionOn(ruler, run, best), y: best.value },
          },
        ]
      : [];
  });
  return plot("loss", "Loss", lossTitle(runs), lines, { marks });
}

function accuracyPlot({ runs, ruler }: PlotRequest): Plot {
  const lines = runs.flatMap((run) => [
    ...line(run, run.series.validationAccuracy, "validation", "dashed", ruler),
    ...line(run, run.series.validationExactMatch, "validation, exact match", "solid", ruler),
  ]);
  return plot("accuracy", "Accuracy", "share of right answers", lines, { isShare: true });
}

function labelErrorPlot({ runs, ruler }: PlotRequest): Plot {
  const lines = runs.flatMap((run) =>
    line(run, run.series.validationLabelErrorRate, "validation", "dashed", ruler),
  );
  return plot("labelErrors", "Label errors", "edits for each label", lines, { isShare: true });
}

function gradientPlot({ runs, ruler }: PlotRequest): Plot {
  const lines = runs.flatMap((run) => [
    ...line(run, run.series.gradientNorm, "before clipping", "broad", ruler, true),
    ...line(run, run.series.clippedNorm, "after clipping", "solid", ruler, true),
  ]);
  return plot("gradient", "Gradient norm", "L2, log scale", lines, { isLogarithmic: true });
}

/** Only of runs that clip: elsewhere it is 0 by definition. */
function clippedPlot({ runs, ruler }: PlotRequest): Plot {
  const lines = runs
    .filter(({ series }) => series.clippedShare.samples().some(({ value }) => value > 0))
    .flatMap((run) => line(run, run.series.clippedShare, "clipped", "solid", ruler));
  return plot("clipped", "Clipped updates", "share of updates", lines, { isShare: true });
}

function ratePlot({ runs, ruler }: PlotRequest): Plot {
  const lines = runs.flatMap((run) =>
    line(run, run.series.learningRate, "learning rate", "solid", ruler),
  );
  return plot("learningRate", "Learning rate", "step size per update", lines, {});
}

const plot = (
  kind: PlotKind,
  title: string,
  unit: string,
  lines: readonly Line[],
  more: Partial<Pick<Plot, "isLogarithmic" | "isShare" | "marks">>,
): Plot => ({ kind, title, unit, lines, isLogarithmic: false, isShare: false, marks: [], ...more });

/** No line where nothing was measured. */
const line = (
  run: RunSeries,
  series: Series,
  name: string,
  stroke: Stroke,
  ruler: Ruler,
  positiveOnly = false,
): readonly Line[] =>
  series.count === 0
    ? []
    : [{ run, name, stroke, points: pointsOf(run, series, ruler, positiveOnly) }];

/** Names of a plot's strokes, each once, for the key beside its title. */
export function strokesOf({ lines }: Plot): readonly Pick<Line, "name" | "stroke">[] {
  const seen = new Map(lines.map(({ name, stroke }) => [name, { name, stroke }]));
  return seen.size > 1 ? [...seen.values()] : [];
}
