"""What all tests share: an empty case, and the real data where it is at hand."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from unsealed.case import Case

sys.path.insert(0, str(Path(__file__).parent))

# The suite tries the same examples each time, so that main is green or is not. Who gives UNSEALED_EXAMPLES looks for new ones.
settings.register_profile("suite", derandomize=True)
settings.load_profile("default" if "UNSEALED_EXAMPLES" in os.environ else "suite")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is kept for the next run out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that `unsealed demo` made; tests that want it are of the xdist group "demo", and leave it as it is."""
    folder = tmp_path_factory.mktemp("demo") / "breach"
    done = subprocess.run(
        [sys.executable, "-m", "unsealed", "demo", folder, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    grade = json.loads(done.stdout)["grade"]
    assert grade["found"] == grade["planted"] > 5000
    return folder


@pytest.fixture
def empty_case(tmp_path: Path) -> Case:
    """Give a new case that nothing was read into."""
    return Case.create(tmp_path / "case", "Example Agency", ("example.org",))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of real mails and logs; skip visibly where it is not there."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED}")
    return SHARED
