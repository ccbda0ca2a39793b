import { defineConfig } from "vitest/config";

// eslint-disable-next-line import/no-default-export -- the form that vitest reads
export default defineConfig({
  test: {
    include: ["test/{unit,golden,gradcheck,layering,learning}/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
