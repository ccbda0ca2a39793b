/** Unroll's output channel, and the one way that an error reaches the person. */
import * as vscode from "vscode";
import { DisposedError, RemoteError } from "../protocol/channel.ts";
import { UserError, type Place } from "../config/problem.ts";

export type Log = vscode.LogOutputChannel;

export const createLog = (): Log => vscode.window.createOutputChannel("Unroll", { log: true });

/** What a person is told: a mistake they can mend, with its place and advice, or a bug of ours. */
interface Explanation {
  readonly message: string;
  /** Of a mistake that can be mended. */
  readonly code?: string;
  readonly place?: Place;
  readonly isBug: boolean;
}

export function explain(error: unknown): Explanation {
  const details = detailsOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (!details) return { message, isBug: !(error instanceof DisposedError) };
  const advice = details.advice ? ` ${details.advice}` : "";
  return {
    message: `${message}${advice}`,
    code: details.code,
    isBug: false,
    ...(details.place ? { place: details.place } : {}),
  };
}

/**
 * Shows an error with what can be done about it, and logs it whole. `doing` completes "Could not …"; `folder`
 * is where a place that is not absolute is.
 */
export async function showError(
  log: Log,
  doing: string,
  error: unknown,
  folder?: vscode.Uri,
): Promise<void> {
  const { message, place, isBug } = explain(error);
  log.error(`Could not ${doing}: ${message}`);
  if (isBug && error instanceof Error && error.stack) log.error(error.stack);
  const file = place && (await textFileAt(place, folder));
  const open = file ? ["Open File"] : [];
  const text = `Unroll could not ${doing}: ${message}`;
  const choice = await vscode.window.showErrorMessage(text, ...open, "Show Log");
  if (choice === "Show Log") log.show(true);
  if (choice === "Open File" && file) await openAt(file, place);
}

/** The file of a place, where there is one to look into: not one that is missing, and no weights. */
async function textFileAt(
  { file }: Place,
  folder: vscode.Uri | undefined,
): Promise<vscode.Uri | undefined> {
  if (file === undefined || file.endsWith(".safetensors")) return undefined;
  const isAbsolute = file.startsWith("/") || /^[A-Za-z]:[\\/]/.test(file);
  if (!isAbsolute && !folder) return undefined;
  const uri = isAbsolute || !folder ? vscode.Uri.file(file) : vscode.Uri.joinPath(folder, file);
  try {
    return (await vscode.workspace.fs.stat(uri)).type === vscode.FileType.File ? uri : undefined;
  } catch {
    return undefined;
  }
}

async function openAt(uri: vscode.Uri, { line = 1, column = 1 }: Place): Promise<void> {
  const position = new vscode.Position(Math.max(line - 1, 0), Math.max(column - 1, 0));
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(position, position) });
}

/** A `UserError` that crossed a thread arrives as a `RemoteError` with the same details. */
function detailsOf(error: unknown): UserError["details"] | undefined {
  if (error instanceof UserError) return error.details;
  if (!(error instanceof RemoteError)) return undefined;
  const details = error.details as Partial<UserError["details"]> | null | undefined;
  return typeof details?.code === "string" ? (details as UserError["details"]) : undefined;
}
