/** A debug session as text: one block for each message, short enough to be read and reviewed. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import type { TestClient } from "./client.ts";

type Log = TestClient["log"];

export function transcriptOf(log: Log): string {
  return `${log.map(describeMessage).join("\n")}\n`;
}

function describeMessage(message: Log[number]): string {
  const { type, command, event, success } = message;
  switch (type) {
    case "request":
      return `\n→ ${String(command)}${inline(message["arguments"])}`;
    case "response":
      return success === true
        ? `← ${String(command)}${describeBody(message["body"])}`
        : `← ${String(command)} FAILED: ${String(message["message"])}`;
    default:
      return `* ${String(event)}${describeBody(message["body"])}`;
  }
}

const inline = (value: unknown): string => (value === undefined ? "" : ` ${JSON.stringify(value)}`);

/** Lists one entry to a line; everything else on one. */
function describeBody(body: unknown): string {
  if (typeof body !== "object" || body === null) return inline(body);
  return Object.entries(body)
    .map(([key, value]) => {
      if (!Array.isArray(value) || value.length === 0) return ` ${key}=${JSON.stringify(value)}`;
      return ` ${key}:${value.map((entry) => `\n    ${describeEntry(entry)}`).join("")}`;
    })
    .join("");
}

function describeEntry(entry: unknown): string {
  if (typeof entry !== "object" || entry === null) return JSON.stringify(entry);
  return Object.entries(entry)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(" ");
}

/** Compares with the file, or writes it when UPDATE_TRANSCRIPTS is set. A missing file fails. */
export function expectTranscript(name: string, log: Log): void {
  const file = new URL(`transcripts/${name}.txt`, import.meta.url);
  const text = transcriptOf(log);
  if (process.env["UPDATE_TRANSCRIPTS"]) {
    writeFileSync(file, text);
    return;
  }
  expect(existsSync(file), `${name}.txt is missing; run with UPDATE_TRANSCRIPTS=1`).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}
