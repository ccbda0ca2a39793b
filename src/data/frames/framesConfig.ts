import type { DataConfig } from "../../config/schema.ts";

export type FramesConfig = Extract<DataConfig, { kind: "labelled-frames" }>;
