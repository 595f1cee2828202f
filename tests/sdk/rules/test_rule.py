"""Tests of earmark.rules.rule and earmark.rules.sources."""

import importlib.util
import linecache

import pytest
from earmark import Item
from earmark.rules import RulesUnusable, rule


def test_a_rule_has_its_functions_name_and_says_its_first_line():
    @rule
    def many_countries(item):
        """Many countries in a day.

        More is not said.
        """

    assert (many_countries.name, many_countries.sentence) == ("many_countries", "Many countries in a day")
    assert (many_countries.about, many_countries.budget_ms) == ("item", 50.0)


def test_a_rule_without_a_docstring_says_its_name():
    @rule
    def at_night(item):
        return None

    assert at_night.sentence == "at night"


def test_two_arguments_make_a_rule_over_pairs():
    assert rule(lambda a, b: None).about == "pair"


def test_a_rule_is_still_the_function():
    @rule(name="night", version="7", reason="it was night", budget_ms=5)
    def at_night(item, hour=3):
        return f"{item.id} at {hour}"

    assert at_night(Item("1")) == "1 at 3"
    assert (at_night.name, at_night.version, at_night.sentence, at_night.budget_ms) == ("night", "7", "it was night", 5)


async def later(item):
    return None


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda: None, "takes 0 arguments"),
        (lambda a, b, c: None, "takes 3 arguments"),
        (later, "is async"),
    ],
)
def test_what_can_be_no_rule_is_told_why(function, said):
    with pytest.raises(RulesUnusable, match=said):
        rule(function)


@pytest.mark.parametrize("wrong", [{"budget_ms": 0}, {"name": "n" * 81}, {"version": "v" * 41}, {"reason": "r" * 301}])
def test_so_is_what_cannot_be_kept(wrong):
    with pytest.raises(RulesUnusable):
        rule(**wrong)(lambda item: None)


def test_a_docstring_that_is_too_long_to_be_shown_is_refused_with_what_to_do():
    def wordy(item):
        return None

    wordy.__doc__ = "w" * 301
    with pytest.raises(RulesUnusable, match=r"The sentence of the rule wordy has 301 signs, more than 300 .*reason="):
        rule(wordy)
    assert rule(reason="r" * 300)(wordy).sentence == "r" * 300


@pytest.fixture
def version_of(tmp_path):
    """The version of the rule `asked` in a file that says this."""
    numbers = iter(range(100))

    def load(source):
        path = tmp_path / f"rules_{next(numbers)}.py"
        path.write_text("import re\nfrom earmark.rules import rule\n" + source)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.asked.version

    return load


RULE = "@rule\ndef asked(item):\n    return 'stolen' if item.metadata['countries'] > MOST else None\n"


def test_an_unchanged_rule_keeps_its_version_wherever_it_lies(version_of):
    assert version_of("MOST = 3\n" + RULE) == version_of("\n\nOTHER = 1\nMOST = 3\n" + RULE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("MOST = 3\n" + RULE, "MOST = 3\n" + RULE.replace(">", ">=")),
        ("MOST = 3\n" + RULE, "MOST = 4\n" + RULE),
        ("MOST = 3\n" + RULE, "MOST = 3\n" + RULE.replace("@rule", "@rule(budget_ms=9)")),
    ],
)
def test_a_changed_rule_or_threshold_is_another_version(version_of, before, after):
    assert version_of(before) != version_of(after)


CALLS = "@rule\ndef asked(item):\n    return far(item)\n"


def test_so_is_a_rule_whose_neighbours_changed(version_of):
    far = "PLACES = {'DE', 'PL'}\nSHAPE = re.compile('a+')\ndef far(item):\n    return item.kind in PLACES and SHAPE\n"
    told = {
        version_of(each + CALLS)
        for each in (far, far.replace("'PL'", "'FR'"), far.replace("a+", "a*"), far.replace(" in ", " not in "))
    }
    assert len(told) == 4
    assert version_of(far + CALLS) in told


def test_a_rule_made_in_a_function_knows_what_encloses_it():
    def made(most):
        @rule
        def asked(item):
            return "stolen" if item.metadata["countries"] > most else None

        return asked

    assert made(3).version == made(3).version
    assert made(3).version != made(4).version


@pytest.mark.parametrize("knows_its_command", [False, True], ids=["as 3.11 starts", "as 3.13 starts with -c"])
def test_a_rule_without_source_has_a_version_of_its_bytecode(monkeypatch, knows_its_command):
    monkeypatch.delitem(linecache.cache, "<string>", raising=False)
    if knows_its_command:
        monkeypatch.setitem(linecache.cache, "<string>", (8, None, ["start()\n"], "<string>"))

    def made(source):
        names = {}
        exec(source, names)
        return rule(names["asked"]).version

    assert made("def asked(item): return 'a'") == made("def asked(item): return 'a'")
    assert made("def asked(item): return 'a'") != made("def asked(item): return 'b'")
