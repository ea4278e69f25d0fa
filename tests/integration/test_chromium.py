"""A Chromium that can't run here fails its tests with a sentence, and at once."""

import platform
from pathlib import Path

import pytest

from helpers.chromium import served_site, unpacked


@pytest.mark.parametrize("machine", [("Darwin", "arm64"), ("Linux", "aarch64")])
def test_another_machine_than_chromiums_names_the_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, machine: tuple[str, str]
) -> None:
    monkeypatch.setattr(platform, "system", lambda: machine[0])
    monkeypatch.setattr(platform, "machine", lambda: machine[1])
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(AssertionError, match=rf"x86-64, and this is {' '.join(machine)}: .* CHROMIUM=/path"):
        unpacked(tmp_path)
    monkeypatch.setenv("CHROMIUM", "/usr/bin/chromium")
    assert unpacked(tmp_path) == Path("/usr/bin/chromium")


def test_a_chromium_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho 'libnss3.so: cannot open shared object file' >&2\nexit 127\n")
    broken.chmod(0o755)
    with (
        served_site() as site,
        pytest.raises(AssertionError, match=r"ended with 127(.|\n)*CHROMIUM=/path(.|\n)*libnss3\.so"),
    ):
        site.visit(broken, tmp_path)
