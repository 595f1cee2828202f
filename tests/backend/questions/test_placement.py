import pytest

from backend.questions.errors import RuleImpossible
from backend.questions.placement import check_item_key, check_path, check_rule, check_selector


def fault(check, *given):
    try:
        check(*given)
    except RuleImpossible as error:
        return error.field
    return None


@pytest.mark.parametrize(
    "path", ["/", "/**", "/t/*", "/forum/**/t/*", "/t/*-*", "/stra%C3%9Fe/*", "/a%20b", "/**/x/**"]
)
def test_a_path_begins_with_a_slash_and_may_hold_stars(path):
    assert fault(check_path, path) is None


@pytest.mark.parametrize(
    "path",
    [
        "", "t/*", "*", "/t /x", "/t?x=1", "/t#x", "/<b>", "/{x}", "/t/***", "/**/**/**", "/*a*b*", "/" + "a" * 300,
        "/t\0", "/t\n", "/straße", "https://x.example/t", '/"', "/\\",
    ],
)  # fmt: skip
def test_other_paths_are_refused(path):
    assert fault(check_path, path) == "path"


@pytest.mark.parametrize("selector", ["article.post", "main > *:last-child", "[data-id='5']"])
def test_a_selector_is_taken(selector):
    assert fault(check_selector, selector) is None


@pytest.mark.parametrize(
    "selector",
    [
        "", "   ", "a" * 301, "p{}", "p{color:red}", "<p>", "</style><script>", "p\0", "p\nq", "a\u2028b", "p:has-text(x)",
        "javascript:alert(1)", "p'; alert(1)//",
    ],
)  # fmt: skip
def test_what_is_no_selector_is_refused(selector):
    assert fault(check_selector, selector) == "selector"


@pytest.mark.parametrize("name", ["data-id", "id", "xml:id", "_x", ":data", "data-thread.id"])
def test_an_item_is_named_by_an_attribute(name):
    assert fault(check_item_key, "attribute", name) is None


@pytest.mark.parametrize(
    "name", ["", "5id", "data id", "data-id\n", "-x", "a=b", "a'b", "dätä", "a" * 301, "/t/{item}"]
)
def test_other_names_of_attributes_are_refused(name):
    assert fault(check_item_key, "attribute", name) == "item_key"


@pytest.mark.parametrize(
    "address", ["/t/{item}", "/*/t/{item}/**", "/t/*-{item}.html", "/t?id={item}", "/**?thread[id]={item}"]
)
def test_an_item_is_read_from_an_address(address):
    assert fault(check_item_key, "url", address) is None


@pytest.mark.parametrize(
    "address",
    [
        "", "/t/", "data-id", "{item}", "t/{item}", "/t/{item}/{item}", "/t/{other}", "/{item}?id={item}", "/t?{item}",
        "/t?id={item}&x=1", "/t?id=5", "/t#{item}", "/t/{item", "/t?a?b={item}", "https://x.example/{item}",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address):
    assert fault(check_item_key, "url", address) == "item_key"


@pytest.mark.parametrize(("px", "field"), [(0, None), (2000, None), (2001, "reserve_px"), (-1, "reserve_px")])
def test_a_rule_holds_two_thousand_px_at_most(px, field):
    def check():
        check_rule(path="/", selector="p", item_from="url", item_key="/{item}", reserve_px=px)

    assert fault(check) == field
