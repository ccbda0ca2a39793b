/** What a config amounts to once its data was read: for the line above the config, and for diagnostics. */
import { dirname } from "node:path";
import { UserError } from "../config/problem.ts";
import { parseConfig } from "../config/validate.ts";
import { checkAgainstData, problemOf } from "../data/checkAgainstData.ts";
import { loadDataset } from "../data/dataset.ts";
import { describeModel } from "../engine/describeModel.ts";
import type { Inspection } from "../protocol/training.ts";
import { requireMemory } from "./trainingMemory.ts";
import { fitStart } from "./start/fitStart.ts";
import { readStart } from "./start/startSource.ts";
import { planTraining } from "./trainingPlan.ts";
import { createFileSource } from "./fileSource.ts";

export interface InspectionRequest {
  /** Absolute. */
  readonly configFile: string;
  /** May be unsaved. */
  readonly text: string;
  readonly workspaceFolders?: readonly string[];
}

/**
 * Problems are those of the data only; the mistakes of the text itself are the validator's to show, and
 * while there are any the data is not read.
 */
export async function inspect(request: InspectionRequest): Promise<Inspection> {
  const { config } = parseConfig(request.text);
  if (!config) return { problems: [] };
  try {
    const files = createFileSource(dirname(request.configFile), request);
    const dataset = await loadDataset(config.data, config.training, files);
    // Nothing is shuffled here.
    const { plan } = planTraining(config, dataset, () => 0);
    const description = describeModel(plan.spec);
    const { parameterCount } = description;
    const found = { parameterCount, summary: dataset.summary };
    const problems = checkAgainstData(config, dataset);
    try {
      const trainingBytes = requireMemory(plan, 1);
      const start = await readStart(config, request);
      const warnings = start ? fitStart(start, config, description, dataset.encoding).warnings : [];
      return {
        ...found,
        trainingBytes,
        problems: [
          ...problems,
          ...warnings.map((warning) => ({ severity: "warning" as const, ...warning })),
        ],
      };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ...found, problems: [...problems, problemOf(error)] };
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problems: [problemOf(error)] };
  }
}
