"""Makes the recordings of the sample `speakers` out of Debian's packages of Asterisk's prompts.

    apt-get download asterisk-core-sounds-{en,es,fr,it,ru}-wav      # 1.6.1-1
    for package in *.deb; do dpkg-deb -x "$package" prompts; done
    python makeSpeakers.py prompts speakers/voices                  # soundfile 0.14, numpy 2.4

Four people say the numbers from 0 to 19 and the words of the radio alphabet. One of them does so in two languages, taking turns, so
that a network cannot know her by her language alone. Silence around the words goes, and a sample becomes one byte (µ-law): what is said
and who says it survives both.
"""

import sys
from pathlib import Path

import numpy as np
import soundfile

prompts, voices = Path(sys.argv[1]) / "usr/share/asterisk/sounds", Path(sys.argv[2])
speakers = {
    "allison": ["en_US_f_Allison", "es_MX_f_Allison"],
    "june": ["fr_CA_f_June"],
    "carlo": ["it_IT_m_Carlo"],
    "ivrvoice": ["ru_RU_f_IvrvoiceRU"],
}
words = [("digits", str(n), f"{n:02}") for n in range(20)]
words += [("phonetic", f"{chr(n)}_p", chr(n)) for n in range(ord("a"), ord("z") + 1)]
margin_seconds, quiet = 0.03, 10 ** (-35 / 20)


def trimmed(samples, rate):
    """From where it is first within 35 dB of its loudest 10 ms to where it last is, and 30 ms more on both sides."""
    hop = rate // 100
    loud = np.sqrt(np.convolve(samples**2, np.ones(hop) / hop, "same"))
    heard = np.flatnonzero(loud > quiet * loud.max())
    margin = int(margin_seconds * rate)
    return samples[max(0, heard[0] - margin) : heard[-1] + margin]


for speaker, folders in speakers.items():
    (voices / speaker).mkdir(parents=True, exist_ok=True)
    for at, (kind, name, short) in enumerate(words):
        folder = folders[at % len(folders)]
        samples, rate = soundfile.read(prompts / folder / kind / f"{name}.wav")
        file = voices / speaker / f"{folder[:2]}-{short}.wav"
        soundfile.write(file, trimmed(samples, rate), rate, subtype="ULAW")
