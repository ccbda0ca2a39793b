/** A command of `unroll`: its options, its help, and what it does. */
import { parseArgs, type ParseArgsConfig, type ParseArgsOptionsConfig } from "node:util";
import { exitCodes, type Environment } from "./environment.ts";

export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  readonly help: string;
  /** It was given a config: a key of it that cannot work is then bad input rather than a failure. */
  readonly takesConfig: boolean;
  /** Answers the exit code. Throws `UsageError` or `UserError`. */
  main(args: readonly string[], environment: Environment): Promise<number>;
}

/** Called in a way that cannot be meant; `advice` names the help to read. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<ParseArgsConfig & { options: Options; allowPositionals: true; strict: true }>
>["values"];

export function defineCommand<const Options extends ParseArgsOptionsConfig>(command: {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  readonly takesConfig?: boolean;
  readonly options: Options;
  readonly positionals: { readonly least: number; readonly most: number };
  run(
    call: { readonly values: Values<Options>; readonly positionals: readonly string[] },
    environment: Environment,
  ): Promise<number>;
}): Command {
  const { name, summary, help, takesConfig = false, options, positionals: count } = command;
  return {
    name,
    summary,
    help,
    takesConfig,
    async main(args, environment) {
      if (args.includes("--help") || args.includes("-h")) {
        environment.out.write(help);
        return exitCodes.done;
      }
      const { values, positionals } = parse(args, options);
      if (positionals.length < count.least) throw new UsageError("Something is missing.");
      if (positionals.length > count.most) {
        throw new UsageError(`"${positionals[count.most]}" is one thing too many.`);
      }
      return command.run({ values, positionals }, environment);
    },
  };
}

function parse<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Its messages are already good; only its own errors count.
    if (
      error instanceof Error &&
      "code" in error &&
      String(error.code).startsWith("ERR_PARSE_ARGS")
    ) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

/** A whole number of at least `least`; undefined stays undefined. */
export function wholeNumber(
  option: string,
  written: string | undefined,
  least: number,
): number | undefined {
  if (written === undefined) return undefined;
  const number = Number(written);
  if (written.trim() !== "" && Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`${option} takes a whole number of at least ${least}, not "${written}".`);
}

export function positiveNumber(option: string, written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const number = Number(written);
  if (written.trim() !== "" && Number.isFinite(number) && number > 0) return number;
  throw new UsageError(`${option} takes a number above 0, not "${written}".`);
}

export function oneOf<const Choice extends string>(
  option: string,
  written: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === written);
  if (choice !== undefined) return choice;
  throw new UsageError(`${option} takes ${choices.join(" or ")}, not "${written}".`);
}
