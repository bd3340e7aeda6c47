"""What all tests share: an empty case, and the real data where it is at hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from unsealed.case import Case

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is kept for the next run out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


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
