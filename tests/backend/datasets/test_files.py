"""How files of a version are written where they are larger than the memory."""

from backend.datasets.files import opened

MORE_THAN_FITS = "create table large as select md5(range::varchar) as word from range(3000000) order by word"


def test_what_is_more_than_the_memory_holds_lies_beside_the_files_and_is_gone_at_the_end(tmp_path, monkeypatch):
    here, folder = tmp_path / "here", tmp_path / "version"
    here.mkdir()
    folder.mkdir()
    monkeypatch.chdir(here)
    with opened(folder) as database:
        database.execute("set memory_limit = '64MB'")
        database.execute(MORE_THAN_FITS)
        assert [path for path in folder.rglob("*") if path.is_file()], "some was put down"
        assert list(here.iterdir()) == []
    assert list(folder.iterdir()) == []
