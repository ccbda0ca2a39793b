/** Plays notes with Web Audio: a triangle wave each, begun a moment ahead so that nothing stutters. */

/** In seconds from the beginning. */
export interface TimedNote {
  readonly at: number;
  readonly length: number;
  readonly pitch: number;
}

export interface Player {
  /** From the note with this index; `onNote` hears of each as it begins, and of the end as undefined. */
  play(notes: readonly TimedNote[], from: number): void;
  stop(): void;
  readonly isPlaying: boolean;
}

/** Sounds are handed to the audio thread so long before they are heard. */
const aheadSeconds = 0.25;
const everyMs = 60;
const loudness = 0.18;

export function createPlayer(onNote: (index: number | undefined) => void): Player {
  let context: AudioContext | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let sounding: OscillatorNode[] = [];

  function sound(audio: AudioContext, { length, pitch }: TimedNote, when: number): void {
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    oscillator.type = "triangle";
    // Equal temperament: 69 is the A of 440 Hz.
    oscillator.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    const end = when + Math.max(0.05, 0.92 * length);
    gain.gain.setValueAtTime(0, when);
    gain.gain.linearRampToValueAtTime(loudness, when + 0.012);
    gain.gain.setTargetAtTime(0.6 * loudness, when + 0.012, 0.15);
    gain.gain.setTargetAtTime(0, end - 0.03, 0.012);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(when);
    oscillator.stop(end + 0.06);
    sounding.push(oscillator);
    oscillator.addEventListener("ended", () => {
      sounding = sounding.filter((each) => each !== oscillator);
    });
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    for (const oscillator of sounding) oscillator.stop();
    sounding = [];
  }

  return {
    play(notes, from) {
      stop();
      if (from >= notes.length) return;
      const audio = (context ??= new AudioContext());
      void audio.resume();
      const begun = audio.currentTime + 0.08 - notes[from].at;
      const last = notes[notes.length - 1];
      let next = from;
      let told = from - 1;
      const advance = (): void => {
        const now = audio.currentTime;
        while (next < notes.length && begun + notes[next].at < now + aheadSeconds) {
          sound(audio, notes[next], begun + notes[next].at);
          next++;
        }
        let heard = told;
        while (heard + 1 < notes.length && begun + notes[heard + 1].at <= now) heard++;
        if (heard !== told) onNote((told = heard));
        if (now > begun + last.at + last.length) {
          stop();
          onNote(undefined);
        }
      };
      timer = setInterval(advance, everyMs);
      advance();
    },
    stop,
    get isPlaying() {
      return timer !== undefined;
    },
  };
}
