/** An ONNX graph as it grows: nodes in the order in which they run, and the constants that they read. */
import type { OnnxConstant, OnnxNode } from "../../../formats/onnxWriter.ts";

export interface GraphToWrite {
  readonly nodes: OnnxNode[];
  readonly constants: OnnxConstant[];
}
