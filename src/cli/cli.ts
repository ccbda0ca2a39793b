/** `unroll` on the command line: finds the command, runs it, and turns what it throws into an exit code. */
import { nearest } from "../config/nearest.ts";
import { UsageError, type Command } from "./command.ts";
import { benchCommand } from "./commands/bench.ts";
import { checkCommand } from "./commands/check.ts";
import { convertCommand } from "./commands/convert.ts";
import { confusionCommand } from "./commands/confusion.ts";
import { forecastCommand } from "./commands/forecast.ts";
import { generateCommand } from "./commands/generate.ts";
import { ladderCommand } from "./commands/ladder.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { runsCommand } from "./commands/runs.ts";
import { traceCommand } from "./commands/trace.ts";
import { trainCommand } from "./commands/train.ts";
import { translateCommand } from "./commands/translate.ts";
import { exitCodes, type Environment } from "./environment.ts";
import { describeFailure, isAboutConfig } from "./failure.ts";

const commands: readonly Command[] = [
  trainCommand,
  traceCommand,
  inspectCommand,
  checkCommand,
  runsCommand,
  generateCommand,
  translateCommand,
  forecastCommand,
  confusionCommand,
  convertCommand,
  benchCommand,
  ladderCommand,
];

/** `args` without the program's own name. Never rejects. */
export async function runCli(args: readonly string[], environment: Environment): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const asked = commands.find((command) => command.name === rest[0]);
    (name === undefined ? environment.error : environment.out).write(asked?.help ?? overview());
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  if (name === "--version" || name === "-v") {
    environment.out.write(`${environment.version}\n`);
    return exitCodes.done;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const meant = nearest(
      name,
      commands.map((candidate) => candidate.name),
    );
    const question = meant === undefined ? "" : ` Did you mean "${meant}"?`;
    environment.error.write(`unroll: there is no command "${name}".${question}\n\n${overview()}`);
    return exitCodes.usage;
  }
  try {
    return await command.main(rest, environment);
  } catch (error) {
    if (error instanceof UsageError) {
      environment.error.write(
        `unroll ${name}: ${error.message}\nRun "unroll ${name} --help" for what it takes.\n`,
      );
      return exitCodes.usage;
    }
    environment.error.write(describeFailure(error, environment.folder));
    return command.takesConfig && isAboutConfig(error) ? exitCodes.usage : exitCodes.failed;
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `unroll trains recurrent networks and shows what happens inside them.

Usage: unroll COMMAND [OPTIONS]

${lines.join("\n")}

  unroll COMMAND --help    what a command takes
  unroll --version

Exit codes: 0 done, 1 failed, 2 bad usage or bad config.
`;
}
