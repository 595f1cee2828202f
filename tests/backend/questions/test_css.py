import pytest

from backend.questions.css import is_selector


@pytest.mark.parametrize(
    "text",
    [
        "article", "*", "#thread", ".post", "article.post#first", "main > article", "h1 + .lead ~ p", "ul li a",
        "[data-id]", "[data-id='5']", '[lang|="en"]', "a[href^=http i]", "[title='a ] b']", "my-thread", "h1, h2 , h3",
        "li:first-child", "li:nth-child(2n + 1)", "li:nth-child(even)", "p:nth-of-type(-n+3)", "tr:nth-child(2 of .odd)",
        "p:not(.quiet)", "p:not(.quiet, :empty)", ":is(h1, h2):where(.a) > p", "article:has(> .answer)",
        "article:has(img, + p)", "p:lang(de, 'en')", ".md\\:flex", ".grün", "#\\31 23", "--x", "a:any-link", "tr:NTH-CHILD(Odd)",
    ],
)  # fmt: skip
def test_what_browsers_take_is_a_selector(text):
    assert is_selector(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ">", "> p", "p >", "p > > b", "a,", ",a", "a,,b", "..post", ".", "#", "#1st", ".1st", "1st", "[", "[]", "[data-id",
        "[data-id=]", "[=5]", "[data-id='5]", "a[b=c d]", "p:", "p:()", "p:not()", "p:not(", "p:not(.a", "p)", "p:nth-child()",
        "p:nth-child(x)", "//div[@id]", "$('p')", "javascript:alert(1)", "p::before", "p:before", "p:hover", "a:visited",
        "p:has-text(spam)", "p:contains('x')", "p:has(a:has(b))", "p:root(x)", "svg|a", "p; q", "p/**/q", "@media", "p!", "a b>",
        "p:nth-of-type(2 of .x)", "p:lang()", "--> p",
    ],
)  # fmt: skip
def test_everything_else_is_none(text):
    assert not is_selector(text)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "unit", [":not(", "a ", "[a=", "a>", "\\", "a,", "-", "*", ":is(:not(", "'", "a:nth-child(", " "]
)
def test_no_text_of_three_hundred_characters_takes_long_or_breaks_anything(unit):
    assert is_selector((unit * 300)[:300]) in (True, False)
