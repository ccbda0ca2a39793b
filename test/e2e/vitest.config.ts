import { defineConfig } from "vitest/config";

// eslint-disable-next-line import/no-default-export -- the form that vitest reads
export default defineConfig({
  test: {
    include: ["test/e2e/screen/**/*.test.ts"],
    globalSetup: ["test/e2e/screen/editorForAll.ts"],
    // One editor serves all, and two windows at once would only slow each other down.
    fileParallelism: false,
    // A machine that is busy with something else may drop a key; what is wrong fails twice.
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
