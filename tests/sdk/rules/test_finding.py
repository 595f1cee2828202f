"""Tests of earmark.rules.finding."""

import sys
from importlib.metadata import EntryPoint

import pytest
from earmark.rules import RulesUnusable, discover_rules, finding, load_rules

TWO = "from earmark.rules import rule\n@rule\ndef second(item): ...\n@rule\ndef first(item): ...\nalso = first\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("shop_rules", "earmark_rules_rules", "neighbour"):
        sys.modules.pop(name, None)


def test_a_file_gives_its_rules_in_the_order_they_stand_there(folder):
    (folder / "rules.py").write_text(TWO)
    assert [rule.name for rule in load_rules("rules.py")] == ["second", "first"]


def test_so_does_a_module_in_the_folder_where_one_is(folder):
    (folder / "shop_rules.py").write_text(TWO)
    assert [rule.name for rule in load_rules("shop_rules")] == ["second", "first"]


def test_a_file_may_use_its_neighbours(folder):
    (folder / "there").mkdir()
    (folder / "there" / "neighbour.py").write_text("MOST = 3\n")
    (folder / "there" / "rules.py").write_text("from neighbour import MOST\n" + TWO)
    assert len(load_rules("there/rules.py")) == 2


@pytest.mark.parametrize(
    ("source", "content", "said"),
    [
        ("none.py", None, "There is no file none.py"),
        ("rules.py", "MOST = 3", "holds no rules; put @rule"),
        ("rules.py", "1 / 0", "cannot be loaded: ZeroDivisionError"),
        ("rules.py", "import sys; sys.exit(3)", "cannot be loaded: SystemExit"),
        ("rules.py", TWO + "@rule(name='first')\ndef third(item): ...", "Two rules are called first"),
        ("no.such.module", None, "cannot be loaded: ModuleNotFoundError"),
    ],
)
def test_what_holds_no_rules_is_told_why(folder, source, content, said):
    if content is not None:
        (folder / source).write_text(content)
    with pytest.raises(RulesUnusable, match=said):
        load_rules(source)


@pytest.fixture
def installed(folder, monkeypatch):
    def install(**named):
        entries = [EntryPoint(name, target, finding.GROUP) for name, target in named.items()]
        monkeypatch.setattr(finding, "entry_points", lambda group: entries)
        discover_rules.cache_clear()
        return {name: [rule.name for rule in rules] for name, rules in discover_rules().items()}

    yield install
    discover_rules.cache_clear()


def test_installed_rules_are_found_as_a_module_a_list_or_one(installed, folder):
    (folder / "shop_rules.py").write_text(TWO + "ALL = [first]\n")
    sys.path.append(str(folder))
    assert installed(logins="shop_rules", listed="shop_rules:ALL", one="shop_rules:second") == {
        "logins": ["second", "first"],
        "listed": ["first"],
        "one": ["second"],
    }


def test_what_cannot_be_loaded_is_left_out_with_a_word(installed, caplog):
    assert installed(gone="no.such.module", odd="math:pi", empty="math") == {}
    assert "The rules gone are left out: they cannot be loaded (ModuleNotFoundError" in caplog.text
    assert "The rules empty are left out: math holds no function with @rule" in caplog.text


def test_why_installed_rules_are_left_out_is_told(installed, folder):
    (folder / "ending_rules.py").write_text("raise SystemExit(4)")
    (folder / "good_rules.py").write_text(TWO)
    sys.path.append(str(folder))
    assert set(installed(ends="ending_rules", empty="math", good="good_rules")) == {"good"}
    assert [(each.name, len(each.rules), each.fault) for each in finding.installed_rules()] == [
        ("empty", 0, "math holds no function with @rule"),
        ("ends", 0, "they cannot be loaded (SystemExit: 4)"),
        ("good", 2, ""),
    ]
