/** An HDF5 object's header: the messages that say what the object is. Versions 1 and 2, with continuations. */
import { refuse, type Hdf5Bytes } from "./hdf5Bytes.ts";

export interface Message {
  readonly type: number;
  /** Where its data begins. */
  readonly at: number;
  readonly length: number;
}

export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** More than any honest object has. */
const maximumMessages = 100_000;

export function readHeader(bytes: Hdf5Bytes, at: number): readonly Message[] {
  return bytes.says(at, "OHDR") ? readVersion2(bytes, at) : readVersion1(bytes, at);
}

/** Blocks of messages still to be read, and where each ends. */
interface Blocks {
  readonly open: { at: number; end: number }[];
  readonly seen: Set<number>;
}

function addContinuation(bytes: Hdf5Bytes, { at }: Message, blocks: Blocks, version: 1 | 2): void {
  const block = bytes.address(at);
  const length = bytes.size(at + bytes.addressSize);
  if (blocks.seen.has(block)) refuse("an object's header continues in a circle.");
  blocks.seen.add(block);
  bytes.slice(block, length);
  // Version 2 puts a signature before and a checksum behind.
  if (version === 2 && !bytes.says(block, "OCHK")) refuse("an object's header is cut.");
  blocks.open.push(
    version === 1 ? { at: block, end: block + length } : { at: block + 4, end: block + length - 4 },
  );
}

function readVersion1(bytes: Hdf5Bytes, start: number): readonly Message[] {
  const version = bytes.unsigned(start, 1);
  if (version !== 1) refuse(`an object at byte ${start} has no header.`);
  const length = bytes.unsigned(start + 8, 4);
  const blocks: Blocks = {
    open: [{ at: start + 16, end: start + 16 + length }],
    seen: new Set([start + 16]),
  };
  const messages: Message[] = [];
  for (let block = blocks.open.shift(); block; block = blocks.open.shift()) {
    let { at } = block;
    while (at + 8 <= block.end && messages.length < maximumMessages) {
      const message = {
        type: bytes.unsigned(at, 2),
        length: bytes.unsigned(at + 2, 2),
        at: at + 8,
      };
      at = message.at + message.length;
      if (message.type === messageTypes.continuation) addContinuation(bytes, message, blocks, 1);
      else messages.push(message);
    }
  }
  return messages;
}

function readVersion2(bytes: Hdf5Bytes, start: number): readonly Message[] {
  const flags = bytes.unsigned(start + 5, 1);
  let at = start + 6;
  if (flags & 0x20) at += 16;
  if (flags & 0x10) at += 4;
  const sizeBytes = 2 ** (flags & 3);
  const length = bytes.unsigned(at, sizeBytes);
  at += sizeBytes;
  const order = flags & 4 ? 2 : 0;
  const blocks: Blocks = { open: [{ at, end: at + length }], seen: new Set([at]) };
  const messages: Message[] = [];
  for (let block = blocks.open.shift(); block; block = blocks.open.shift()) {
    let position = block.at;
    while (position + 4 + order <= block.end && messages.length < maximumMessages) {
      const message = {
        type: bytes.unsigned(position, 1),
        length: bytes.unsigned(position + 1, 2),
        at: position + 4 + order,
      };
      position = message.at + message.length;
      if (message.type === messageTypes.continuation) addContinuation(bytes, message, blocks, 2);
      else messages.push(message);
    }
  }
  return messages;
}
