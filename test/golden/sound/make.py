"""Sound as libsndfile writes it, and its frames as librosa computes them.

python make.py   (librosa 0.11, soundfile 0.14, numpy 2.4)
"""

from pathlib import Path

import librosa
import numpy as np
import soundfile

folder = Path(__file__).parent
random = np.random.default_rng(7)


def tone(rate, seconds):
    """A tone that rises, another that does not, and noise; silent at the end."""
    t = np.arange(int(rate * seconds)) / rate
    rising = np.sin(2 * np.pi * (200 + 2000 * t) * t)
    wave = 0.4 * rising + 0.2 * np.sin(2 * np.pi * 440 * t) + 0.05 * random.standard_normal(len(t))
    return np.where(t < 0.8 * seconds, wave, 0)


# One file for each way to write samples, and what they say.
loud = np.concatenate([np.linspace(-1, 1, 64), tone(8000, 0.01)])
for subtype in ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]:
    file = folder / f"{subtype.lower().replace('_', '-')}.wav"
    soundfile.write(file, loud, 8000, subtype=subtype)
    np.save(file.with_suffix(".npy"), soundfile.read(file)[0])
stereo = folder / "stereo-extensible.wav"
soundfile.write(stereo, np.stack([loud, -0.5 * loud[::-1]], 1), 44100, subtype="PCM_16", format="WAVEX")
np.save(stereo.with_suffix(".npy"), soundfile.read(stereo)[0].mean(1))


def log_mel(y, rate, window, hop, bands, lowest, highest, htk):
    """Ours are frames of `window` samples; librosa's are as long as the transform, with the window in their middle."""
    size = 1 << (window - 1).bit_length()
    left = (size - window) // 2
    steps = 1 + (len(y) - window) // hop
    power = librosa.feature.melspectrogram(
        y=np.pad(y, (left, size)), sr=rate, n_fft=size, win_length=window, hop_length=hop, center=False,
        n_mels=bands, fmin=lowest, fmax=highest, htk=htk, norm=None if htk else "slaney", dtype=np.float64,
    )[:, :steps]
    return librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None)


for rate in [8000, 16000]:
    file = folder / f"tone-{rate}.wav"
    soundfile.write(file, tone(rate, 0.2), rate, subtype="PCM_16")
    y = soundfile.read(file)[0]
    slaney = log_mel(y, rate, rate // 40, rate // 100, 26, 20, rate / 2, htk=False)
    htk = log_mel(y, rate, rate // 50, rate // 80, 12, 100, 3500, htk=True)
    np.save(folder / f"log-mel-{rate}.npy", slaney.T)
    np.save(folder / f"log-mel-htk-{rate}.npy", htk.T)
    np.save(folder / f"mfcc-{rate}.npy", librosa.feature.mfcc(S=slaney, n_mfcc=13).T)
