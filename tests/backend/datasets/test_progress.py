import pytest

from backend.datasets.progress import Progress


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "forum" / "duplicates" / "3.progress")


def test_before_anything_began_nothing_is_told(progress):
    assert progress.told() == ""


def test_what_is_being_done_is_told_and_how_far_it_is(progress):
    progress.begin("labels written", of=120_000)
    assert progress.told() == "labels written"
    progress.tell(34_000)
    assert progress.told() == "34,000 of 120,000 labels written"


def test_of_what_nobody_counted_before_only_what_is_done_is_told(progress):
    progress.begin("answers written")
    progress.tell(2_000)
    assert progress.told() == "2,000 answers written"


def test_another_reader_is_told_the_same(progress, tmp_path):
    progress.begin("labels written", of=2)
    progress.tell(1)
    assert Progress(tmp_path / "forum" / "duplicates" / "3.progress").told() == "1 of 2 labels written"


def test_nothing_is_left_at_the_end(progress, tmp_path):
    progress.begin("labels written")
    progress.end()
    assert progress.told() == ""
    assert list((tmp_path / "forum" / "duplicates").iterdir()) == []


def test_where_nothing_can_be_written_the_work_goes_on_and_nothing_is_told(tmp_path):
    (tmp_path / "forum").write_text("no folder")
    progress = Progress(tmp_path / "forum" / "3.progress")
    progress.begin("labels written")
    progress.tell(1_000)
    progress.end()
    assert progress.told() == ""
