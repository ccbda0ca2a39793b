/** Begins the command line with what V8 compiled of it the last time, which is half of what a short command takes. */
import module from "node:module";

// Not in Node 20. Kept where Node keeps it: in the system's folder for temporary files.
module.enableCompileCache?.();

/** The command line itself, in a file of its own: what is imported by name is compiled before anything here runs. */
const main = "./unroll.js";
await import(main);
