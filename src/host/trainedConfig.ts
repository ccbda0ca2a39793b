/** The config that a run was trained with, where the host has a question that the record does not answer. */
import { configSchema, type Config } from "../config/schema.ts";
import { readRunConfig } from "../runs/runFolder.ts";

/** Undefined when it is missing or damaged: who needs the rest of the run will say so. */
export async function trainedConfig(runFolder: string): Promise<Config | undefined> {
  try {
    return configSchema.safeParse(await readRunConfig(runFolder)).data;
  } catch {
    return undefined;
  }
}
