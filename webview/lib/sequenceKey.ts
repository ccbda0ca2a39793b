/**
 * What is the same for all traces of one sequence through one run's weights: pictures go over into each other while a person
 * goes through a training, where those of another sequence begin anew.
 */
import type { TraceSummary } from "../../src/protocol/traceSummary.ts";

export const sequenceKey = ({ id, runFolder, modelFile, sequence, steps }: TraceSummary): string =>
  modelFile === undefined ? JSON.stringify([runFolder, sequence.choice, steps]) : id;
