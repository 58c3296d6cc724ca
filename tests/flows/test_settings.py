"""Settings: where a value comes from, and what is said about one that can't be used."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.errors import SettingsError
from flows import settings_file
from flows.settings import Settings, load


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start where there is no newslake.toml."""
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "newslake.toml") -> Path:
    """Write a settings file into the current folder."""
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults() -> None:
    """Without any setting the lake is lake/, the seeds seeds/, and the clock decides."""
    chosen = load()
    assert (chosen.lake, chosen.seeds) == (Path("lake"), (Path("seeds"),))
    assert (chosen.now, chosen.direct, chosen.dry_run) == (None, False, False)
    assert (chosen.log_level, chosen.lock_timeout) == ("warning", 60.0)


def test_an_option_beats_a_variable_beats_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each place wins over the next weaker one, key by key."""
    write('lake = "of-file"\nlock_timeout = 1\nlog_level = "debug"\n')
    monkeypatch.setenv("NEWSLAKE_LAKE", "of-variable")
    monkeypatch.setenv("NEWSLAKE_LOCK_TIMEOUT", "2")
    chosen = load({"lake": Path("of-option"), "lock_timeout": None})
    assert chosen.lake == Path("of-option")
    assert chosen.lock_timeout == 2
    assert chosen.log_level == "debug"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """NEWSLAKE_NOW= in a container's environment asks for nothing."""
    monkeypatch.setenv("NEWSLAKE_NOW", "")
    assert load().now is None


def test_unknown_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of another version of newslake stops nothing."""
    monkeypatch.setenv("NEWSLAKE_COLOUR", "red")
    assert load() == Settings()


def test_seeds_in_a_variable_are_separated_as_in_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """NEWSLAKE_SEEDS holds several folders like PATH does."""
    monkeypatch.setenv("NEWSLAKE_SEEDS", f"press{os.pathsep}a,b")
    assert load().seeds == (Path("press"), Path("a,b"))


def test_folders_of_the_file_count_from_the_file() -> None:
    """A settings file elsewhere means folders beside it; absolute ones stay."""
    path = write('lake = "lake"\nseeds = ["in", "/abs"]\n', "etc/n.toml")
    chosen = load(config=path)
    assert chosen.lake == Path("etc/lake")
    assert chosen.seeds == (Path("etc/in"), Path("/abs"))


def test_one_folder_of_seeds_needs_no_list() -> None:
    """A single text is one folder, whatever characters it holds."""
    write('seeds = "a:b"\n')
    assert load().seeds == (Path("a:b"),)


@pytest.mark.parametrize(
    "given",
    [
        "2026-11-24T10:00:00Z",
        "2026-11-24T11:00:00+01:00",
        "2026-11-24T10:00:00",
        "2026-11-24 10:00",
        datetime(2026, 11, 24, 10, tzinfo=UTC),
    ],
)
def test_now_is_aware_and_in_utc(given: object) -> None:
    """A time in any zone, or in none, becomes the same moment in UTC."""
    assert load({"now": given}).now == datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_now_may_be_written_as_toml_writes_times() -> None:
    """TOML has times and dates of its own."""
    write("now = 2026-11-24T10:00:00Z\n")
    assert load().now == datetime(2026, 11, 24, 10, tzinfo=UTC)
    write("now = 2026-11-24\n")
    assert load().now == datetime(2026, 11, 24, tzinfo=UTC)


def test_settings_are_frozen() -> None:
    """Nothing changes a run's settings under way."""
    with pytest.raises(ValueError, match="frozen"):
        load().direct = True


def test_the_variable_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """NEWSLAKE_CONFIG takes the place of newslake.toml."""
    write('lake = "wrong"\n')
    write('lake = "right"\n', "other.toml")
    monkeypatch.setenv("NEWSLAKE_CONFIG", "other.toml")
    assert load().lake == Path("right")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('lake = "a"\n\nlaek = "b"\n', "newslake.toml, line 3: newslake has no setting “laek”"),
        ("[newslake]\n", "line 1: newslake has no setting “newslake”"),
        ('seeds = ["a"]\nlake = lake\n', "newslake.toml, line 2, lake: this is not TOML"),
        ('lake = "a"\nlake = "b"\n', "line 2, lake: this is not TOML"),
        ("\x00", "line 1"),
        ("lake = 3\n", "newslake.toml, line 1, lake: "),
        ("\nlock_timeout = -1\n", "newslake.toml, line 2, lock_timeout: "),
        ("seeds = []\n", "newslake.toml, line 1, seeds: "),
        ('log_level = "loud"\n', "newslake.toml, line 1, log_level: "),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_key(text: str, said: str) -> None:
    """Exit code 2, and the operator knows where to look."""
    write(text)
    with pytest.raises(SettingsError) as caught:
        load()
    assert said in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_a_file_in_another_encoding_is_refused() -> None:
    """TOML is UTF-8; the line of the first other byte is named."""
    Path("newslake.toml").write_bytes(b'# fine\nlake = "caf\xe9"\n')
    with pytest.raises(SettingsError, match=r"newslake\.toml, line 2"):
        load()


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_named_file_must_be_readable(name: str) -> None:
    """A file that was asked for and can't be read is no default."""
    with pytest.raises(SettingsError, match="can't be read"):
        load(config=Path(name))


@pytest.mark.parametrize(
    ("key", "value"), [("now", "yesterday"), ("lock_timeout", "soon"), ("direct", "maybe")]
)
def test_a_bad_variable_or_option_is_named(
    key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which variable or option, and what it held."""
    monkeypatch.setenv(f"NEWSLAKE_{key.upper()}", value)
    with pytest.raises(SettingsError, match=f"NEWSLAKE_{key.upper()}: .*{value}"):
        load()
    with pytest.raises(SettingsError, match=f"--{key.replace('_', '-')}: .*{value}"):
        load({key: value})


def test_the_file_knows_the_keys_of_settings() -> None:
    """The list that needs no pydantic is the list of fields."""
    assert set(settings_file.KEYS) == set(Settings.model_fields)


@pytest.mark.parametrize("file", ["", 'lake = "of-file"\n', 'lake = "~/of-home"\n'])
@pytest.mark.parametrize("variable", ["", "of-variable"])
@pytest.mark.parametrize("option", [None, Path("of-option")])
def test_the_quick_way_finds_the_same_lake(
    file: str, variable: str, option: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`newslake sql` looks where `newslake ingest` writes."""
    write(file)
    monkeypatch.setenv("NEWSLAKE_LAKE", variable)
    assert settings_file.lake_folder(option) == load({"lake": option}).lake


@pytest.mark.parametrize("level", ["debug", "warning"])
def test_the_quick_way_finds_the_same_log_level(level: str) -> None:
    """The log level of the file counts for every command."""
    write(f'log_level = "{level}"\n')
    assert settings_file.log_level(None) == load().log_level


def test_the_quick_way_refuses_what_settings_refuse() -> None:
    """A lake that is no text, and a log level that there is not."""
    write("lake = 3\n")
    with pytest.raises(SettingsError, match=r"line 1, lake"):
        settings_file.lake_folder(None)
    write('log_level = "loud"\n')
    with pytest.raises(SettingsError, match="loud"):
        settings_file.log_level(None)
