/** Writes every sample workspace into `outDir`, which is created. */
export function buildSamples(outDir: string): Promise<void>;
