"""What clients, files and the environment say, read as an attacker would write it."""

import ast
import json
import unicodedata
from pathlib import Path

import pytest

import lofi
from fixtures.daemon import LAUNCH, Daemon, Json
from lofi.rpc.methods import TABLE
from promises.conftest import Start
from promises.manifest import promise

SOURCE = Path(lofi.__file__).parent

NAMES = [
    "os",
    "fake.os",
    "../fake",
    "/etc/passwd",
    "__class__",
    "__init__",
    "base",
    "registry",
    "{0}",
    "{0.__class__}",
    "%s%n",
    "",
    " ",
    "fake\0",
    "$(touch pwned)",
    "x" * 100_000,
]


@promise("inputs:names")
@pytest.mark.parametrize("name", NAMES)
def test_a_backend_that_is_none_is_refused_by_name(shared: Daemon, name: str) -> None:
    refused = shared.refusal("generate", prompt="steady", backend=name)
    assert refused.name == "INVALID_BACKEND"
    assert "0x" not in refused.error["message"]
    assert shared.call("library_list", backend=name)["tracks"] == []


IDS = [
    "",
    "0" * 15,
    "0" * 17,
    "G" * 16,
    "A" * 16,
    "../../etc/passwd",
    "/etc/passwd",
    "0" * 15 + "\n",
    "\0" * 16,
    "\uff10" * 16,
    "%2e%2e%2f%2e%2e%2f",
    ".lofi-0000000000",
    "*",
    "' OR 1=1 --",
]
TAKE_IDS = [name for name, each in TABLE.items() if "track_id" in each.params.model_fields]


@promise("inputs:track-ids")
@pytest.mark.parametrize("method", TAKE_IDS)
def test_what_is_no_id_is_not_found_by_any_method(shared: Daemon, method: str) -> None:
    for track in IDS:
        refused = shared.refusal(method, track_id=track, position=0)
        assert refused.name == "TRACK_NOT_FOUND", track


@promise("inputs:paths")
def test_no_method_takes_a_path() -> None:
    taken = {field for each in TABLE.values() for field in each.params.model_fields}
    assert not {each for each in taken if "path" in each or "file" in each or "folder" in each}
    assert {"prompt", "track_id"} <= taken


@promise("inputs:paths")
def test_an_export_lands_in_the_folder_of_the_settings(shared: Daemon) -> None:
    made = shared.make("steady", seed=1, duration_sec=1)
    params = {"path": "/tmp/x", "folder": "..", "format": "wav"}  # noqa: S108 - it must be ignored
    path = shared.call("library_export", track_id=made["track_id"], **params)["path"]
    assert path == str(shared.home / "music" / f"lofi-{made['track_id']}.wav")
    assert Path(path).read_bytes() == Path(made["path"]).read_bytes()


GOOD = [
    "x",
    "x" * 1000,
    "e" + "\u0301" * 999,
    "\u202erain",
    "👨\u200d👩\u200d👧 lofi",
    "\ue000 private",
    "雨の夜、ローズピアノ",
    "{0} %s $HOME `id` <img onerror=alert(1)>",
    '"quoted" \\ back',
]


@promise("inputs:prompts")
@pytest.mark.parametrize("prompt", GOOD)
def test_a_prompt_in_any_script_is_kept_as_it_is(shared: Daemon, prompt: str) -> None:
    made = shared.make(f"  {prompt}\t", seed=2, duration_sec=1)
    assert made["prompt"] == prompt


@promise("inputs:prompts")
@pytest.mark.parametrize(
    "prompt", ["", "   ", "x" * 1001, "a\0b", "a\nb", "a\x1b[31mb", "a\x85b", "a\u2028b", "a\x7f"]
)
def test_a_prompt_that_is_none_is_refused(shared: Daemon, prompt: str) -> None:
    assert shared.refusal("generate", prompt=prompt).name == "INVALID_PROMPT"


@promise("inputs:prompts")
def test_a_prompt_composed_or_not_is_the_same_track(shared: Daemon) -> None:
    forms = [unicodedata.normalize(form, "café noir") for form in ("NFC", "NFD")]
    assert len(set(forms)) == 2
    ids = {shared.make(each, seed=3, duration_sec=1)["track_id"] for each in forms}
    assert len(ids) == 1


@promise("inputs:log-lines")
def test_what_a_client_sends_begins_no_line_of_the_log(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "log"
    daemon = start(settings={"log_level": "debug", "log_file": log})
    forged = "\n2099-01-01 ERROR forged: \x1b[2J"
    for method in ("generate", "cancel", forged):
        daemon.refusal(method, prompt=forged, backend=forged, track_id=forged)
    daemon.call("generate", prompt="raise FORGED \u202e", duration_sec=1)
    daemon.hear("generation_error")
    daemon.make("steady FORGED", duration_sec=1)
    for text in (daemon.stderr(), log.read_text()):
        assert not [line for line in text.splitlines() if line.startswith(("2099", "FORGED"))]
        assert "\x1b" not in text


FORBIDDEN = {"eval", "exec", "compile", "pickle", "marshal", "shelve", "yaml"}


def dangers(tree: ast.AST) -> set[str]:
    """What in a module could run what it reads."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.name.partition(".")[0] for each in node.names]
            found |= {*names, (getattr(node, "module", "") or "").partition(".")[0]} & FORBIDDEN
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            found |= {name} & FORBIDDEN
            found |= {each.arg for each in node.keywords if each.arg == "shell"}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= {f"{node.value.id}.{node.attr}"} & {"os.system", "torch.load", "yaml.load"}
    return found


@promise("inputs:no-code")
def test_nothing_that_is_read_can_run() -> None:
    for path in SOURCE.rglob("*.py"):
        assert dangers(ast.parse(path.read_text(encoding="utf-8"))) == set(), path


@promise("inputs:no-code")
@pytest.mark.parametrize(
    "line", ["import pickle", "from yaml import load", "eval(x)", "run(x, shell=True)", "os.system"]
)
def test_the_search_for_what_runs_finds_it(line: str) -> None:
    assert dangers(ast.parse(line))


@promise("inputs:settings")
def test_bad_settings_are_named_and_the_daemon_starts(start: Start) -> None:
    bad: Json = {"queue_capacity": "zero", "threads": "-1", "device": "abacus", "nice": "1.5"}
    daemon = start("--idle-timeout-sec", "soon", settings=bad)
    assert daemon.call("queue_status")["capacity"] == 10
    said = daemon.stderr()
    for name in (
        "LOFI_QUEUE_CAPACITY",
        "LOFI_THREADS",
        "LOFI_DEVICE",
        "LOFI_NICE",
        "--idle-timeout",
    ):
        assert name in said
    assert "1 to 100" in said
    assert daemon.make(duration_sec=1)["duration_sec"] == 1.0


@promise("inputs:settings")
def test_a_settings_file_that_cannot_be_read_is_named(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".config" / "lofi"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("queue_capacity = [")
    daemon = start(settings={"log_file": "/proc/nothing/log"})
    assert daemon.call("queue_status")["capacity"] == 10
    assert str(folder / "config.toml") in daemon.stderr()
    assert "/proc/nothing/log" in daemon.stderr()


@promise("inputs:secrets")
def test_secrets_stay_where_they_are(start: Start, tmp_path: Path) -> None:
    secret = "hf_" + "S3CRET" * 5
    log = tmp_path / "log"
    command = ("/usr/bin/env", f"HF_TOKEN={secret}", *LAUNCH)
    daemon = start(command=command, settings={"log_level": "debug", "log_file": log})
    daemon.make(duration_sec=1)
    daemon.call("generate", prompt="raise", duration_sec=1)
    daemon.hear("generation_error")
    for method in TABLE:
        daemon.ask(method)
    daemon.call("ping")
    processes = [daemon.pid, daemon.worker()]
    titles = [Path(f"/proc/{pid}/cmdline").read_text() for pid in processes]
    assert secret.encode() in Path(f"/proc/{daemon.pid}/environ").read_bytes()
    for text in (daemon.stderr(), log.read_text(), json.dumps(daemon.said), *titles):
        assert secret not in text
