/** `npm run build:suite`: makes what the launch configuration "Tests in the editor" needs. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { scratch } from "./paths.ts";
import { bundleSuite } from "./suiteRunner.ts";

await mkdir(join(scratch, "suite/workspace"), { recursive: true });
console.log(await bundleSuite());
