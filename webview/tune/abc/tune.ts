/** A tune as notes and bars, each knowing where in the text it stands. Times are in whole notes, as written: repeats are not unfolded. */

/** UTF-16 units of the whole text. */
export interface TextSpan {
  readonly offset: number;
  readonly length: number;
}

export interface Note {
  readonly start: number;
  readonly length: number;
  /** Semitones, 60 is middle C (MIDI). */
  readonly pitch: number;
  /** It goes on from a note of the same pitch. */
  readonly isTied: boolean;
  readonly span: TextSpan;
}

export interface Bar {
  readonly start: number;
  readonly length: number;
  /** A repeat begins with it. */
  readonly opens: boolean;
  /** A repeat ends with it. */
  readonly closes: boolean;
  /** A part ends with it. */
  readonly isLast: boolean;
  /** It begins the first or second ending of a repeat. */
  readonly ending?: number;
  /** Neither as long as the metre says, nor a pickup or what one leaves to the end of a part. */
  readonly isOff: boolean;
}

export interface Unread extends TextSpan {
  readonly why: string;
}

export interface Metre {
  readonly text: string;
  /** Of a bar, in whole notes. */
  readonly length: number;
  /** Three eighths make a beat, as in 6/8. */
  readonly isCompound: boolean;
}

export interface Tune extends TextSpan {
  readonly title: string;
  readonly kind?: string;
  readonly metre?: Metre;
  readonly key: string;
  readonly notes: readonly Note[];
  readonly bars: readonly Bar[];
  readonly unread: readonly Unread[];
}
