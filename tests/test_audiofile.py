"""Files that are whole or absent."""

import errno
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lofi import audiofile
from lofi.audiofile import Format, Target
from lofi.errors import InvalidParams, OutputExists, WriteFailed
from lofi.track import Audio

TAGS = {
    "title": "rainy night — ünïcode",
    "comment": '{"seed": 42, "prompt": "' + "夜 rain " * 40 + '"}',
    "artist": "lofi",
    "copyright": "model weights: CC0-1.0",
}


def tone(seconds: float = 0.5, gain: float = 0.5) -> Audio:
    time = np.arange(int(seconds * 48_000)) / 48_000
    wave = (gain * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    return Audio(np.stack([wave, -wave]), 48_000)


@pytest.mark.parametrize("form", Format)
def test_every_format_keeps_sound_and_tags(tmp_path: Path, form: Format) -> None:
    target = Target(tmp_path / f"a.{form}", form)
    audio = tone()
    audiofile.write(audio, target, TAGS)
    with soundfile.SoundFile(target.path) as file:
        assert (file.samplerate, file.channels, file.format) == (48_000, 2, form.upper())
        assert (file.title, file.comment, file.artist, file.copyright) == tuple(TAGS.values())
        read = file.read(dtype="float32").T
    assert read.shape[1] >= audio.samples.shape[1]
    spectrum = np.abs(np.fft.rfft(read[0, :24_000]))
    assert np.argmax(spectrum) == 220  # 440 Hz in bins of 2 Hz
    assert list(tmp_path.iterdir()) == [target.path]


def test_wav_is_exact_to_16_bits_and_clips_instead_of_wrapping(tmp_path: Path) -> None:
    target = Target(tmp_path / "a.wav", Format.WAV)
    audio = tone(gain=2.0)
    audiofile.write(audio, target, {})
    read, _ = soundfile.read(target.path, dtype="float32", always_2d=True)
    assert np.abs(read.T - np.clip(audio.samples, -1, 1)).max() <= 1 / 32_768


def test_an_existing_file_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text("mine")
    with pytest.raises(OutputExists):
        audiofile.check(Target(path, Format.WAV))
    with pytest.raises(OutputExists):
        audiofile.write(tone(), Target(path, Format.WAV), {})
    assert path.read_text() == "mine"
    audiofile.write(tone(), Target(path, Format.WAV, replace=True), {})
    assert soundfile.info(path).frames == 24_000
    assert list(tmp_path.iterdir()) == [path]


def test_a_symbolic_link_is_replaced_not_followed(tmp_path: Path) -> None:
    other, link = tmp_path / "other", tmp_path / "a.wav"
    other.write_text("mine")
    link.symlink_to(other)
    with pytest.raises(OutputExists):
        audiofile.check(Target(link, Format.WAV))
    audiofile.write(tone(), Target(link, Format.WAV, replace=True), {})
    assert other.read_text() == "mine"
    assert not link.is_symlink()


def test_file_systems_without_hard_links_still_get_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    target = Target(tmp_path / "a.wav", Format.WAV)
    audiofile.write(tone(), target, {})
    assert list(tmp_path.iterdir()) == [target.path]
    with pytest.raises(WriteFailed):
        audiofile.write(tone(), target, {})


@pytest.mark.parametrize(
    ("name", "word"), [("missing/a.wav", "does not exist"), (".", "is a folder")]
)
def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(WriteFailed, match=word):
        audiofile.check(Target(tmp_path / name, Format.WAV))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_closed_to_us_is_named() -> None:
    nobody = 65_534
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        if os.geteuid() == 0:
            os.seteuid(nobody)
        try:
            with pytest.raises(WriteFailed, match="permission denied") as caught:
                audiofile.check(Target(folder / "a.wav", Format.WAV))
        finally:
            os.seteuid(os.getuid())
        assert caught.value.hint == "choose a folder you may write to"
        assert list(folder.iterdir()) == []


def test_a_name_too_long_is_an_error_of_its_own(tmp_path: Path) -> None:
    target = Target(tmp_path / ("a" * 300 + ".wav"), Format.WAV)
    with pytest.raises(WriteFailed):
        audiofile.check(target)
    with pytest.raises(WriteFailed):
        audiofile.write(tone(), target, {})
    assert list(tmp_path.iterdir()) == []


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    audiofile.check(Target(tmp_path / "a.wav", Format.WAV))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    """The file size limit stands in for the disk: the same failing write, on any machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(WriteFailed, match="cannot write"):
            audiofile.write(tone(), Target(tmp_path / "a.wav", Format.WAV), {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


FILL = """
import sys, numpy as np
from pathlib import Path
from lofi import audiofile
from lofi.errors import WriteFailed
from lofi.track import Audio
target = audiofile.Target(Path(sys.argv[1]) / ("a." + sys.argv[2]), audiofile.Format(sys.argv[2]))
noise = np.random.default_rng(0).uniform(-1, 1, (2, 480_000)).astype(np.float32)
try:
    audiofile.write(Audio(noise, 48_000), target, {})
except WriteFailed as error:
    print(error.message)
"""


@pytest.mark.parametrize("form", [Format.WAV, Format.FLAC])
def test_a_disk_that_is_really_full_leaves_nothing(tmp_path: Path, form: Format) -> None:
    mount = 'mount -t tmpfs -o size=256k lofi "$2" && "$1" -c "$3" "$2" "$4" && ls -A "$2"'
    unshare = shutil.which("unshare")
    command = [unshare or "unshare", "-m", "-r", "sh", "-c", mount, "sh"]
    probe = "mount -t tmpfs lofi /tmp"
    if unshare is None or subprocess.run([*command[:5], probe], check=False).returncode:
        pytest.skip("full disk: this machine lets nobody mount a small one")
    arguments = [sys.executable, str(tmp_path), FILL, str(form)]
    run = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert "no space left" in run.stdout
    assert run.stdout.count("\n") == 1
    assert not run.stderr


def test_a_kill_at_any_moment_leaves_no_torn_file(tmp_path: Path) -> None:
    """Only part files, which no listing takes for a track, may remain."""
    script = (
        "import sys; sys.path[:0] = [sys.argv[2]]\n"
        "import test_audiofile as t, itertools\n"
        "from pathlib import Path\n"
        "audio = t.tone(20)\n"
        "print('ready', flush=True)\n"
        "for n in itertools.count():\n"
        "    target = t.Target(Path(sys.argv[1]) / f'{n}.wav', t.Format.WAV)\n"
        "    t.audiofile.write(audio, target, {})\n"
    )
    whole = 0
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with subprocess.Popen(
            [sys.executable, "-c", script, str(folder), str(Path(__file__).parent)],
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            while not any(folder.glob(f"{attempt}.wav")):
                os.sched_yield()
            process.kill()
        for path in folder.glob("*.wav"):
            assert soundfile.info(path).frames == 20 * 48_000
            whole += 1
    assert whole >= 4


@pytest.mark.parametrize(
    ("path", "name", "chosen"),
    [
        ("a.wav", None, Format.WAV),
        ("a.MP3", None, Format.MP3),
        ("a", "flac", Format.FLAC),
        ("a.b", "OGG", Format.OGG),
        ("a.ogg", "ogg", Format.OGG),
    ],
)
def test_the_format_comes_from_the_option_or_the_name(
    path: str, name: str | None, chosen: Format
) -> None:
    assert audiofile.choose_format(Path(path), name) is chosen


@pytest.mark.parametrize(
    ("path", "name", "words"),
    [
        ("a.xyz", None, "cannot tell a format"),
        ("a", None, "cannot tell a format"),
        ("a.wav", "aac", "unknown format 'aac'"),
        ("a.wav", "mp3", "says wav, the format mp3"),
    ],
)
def test_a_format_that_makes_no_sense_is_refused(path: str, name: str | None, words: str) -> None:
    with pytest.raises(InvalidParams, match=words):
        audiofile.choose_format(Path(path), name)
