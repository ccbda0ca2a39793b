import { defineConfig } from "vitest/config";
import { simdForVite } from "../src/engine/kernels/assembly/compile.mjs";

// eslint-disable-next-line import/no-default-export -- the form that vitest reads
export default defineConfig({
  plugins: [simdForVite],
  test: {
    include: ["test/{unit,golden,gradcheck,layering,debug,learning,e2e/harness}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
