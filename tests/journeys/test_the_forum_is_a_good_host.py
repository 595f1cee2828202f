"""The sample forum does what hosts are asked to: it signs anew, throws nothing without a network, and gives up room that stays empty."""

from typing import Any

import pytest

from tests.journeys.conftest import Product

pytestmark = pytest.mark.journey

ROWS = "earmark-duplicates .row .title a"
THREAD = "1696998"


def refusal(product: Product, status: int, code: str) -> dict[str, Any]:
    """Return how Earmark refuses a page of the forum."""
    return {
        "status": status, "content_type": "application/problem+json", "json": {"code": code, "detail": code},
        "headers": {"Access-Control-Allow-Origin": product.forum},
    }  # fmt: skip


def test_who_stays_longer_than_what_was_signed_for_them_is_signed_for_anew(visit: Any, product: Product) -> None:
    page = visit("customer-3", THREAD)
    refused: list[str] = []

    def outlived(route: Any) -> None:
        if refused:
            return route.continue_()
        refused.append(route.request.post_data_json["identity"])
        route.fulfill(**refusal(product, 401, "identity_invalid"))

    page.route("**/w/v1/session", outlived)
    with page.expect_response("**/identity") as signed:
        page.reload()
        page.locator("earmark-duplicates").scroll_into_view_if_needed()
    page.locator(ROWS).first.wait_for()
    assert signed.value.status == 200 and len(refused) == 1


def test_what_listens_runs_before_earmark_can_tell_anything(visit: Any) -> None:
    page = visit("customer-3", THREAD)
    scripts = page.evaluate("""[...document.querySelectorAll("script[src]")].map(
        ({ src, async, defer }) => [src.split("/").pop().replace(/\\.[0-9a-f]{8,}\\./, "."), async || defer])""")
    assert scripts[:3] == [["signing.js", False], ["leaving.js", False], ["earmark.js", True]]


def test_signing_that_failed_is_tried_again_and_the_page_goes_on(visit: Any, product: Product) -> None:
    page = visit("customer-3", THREAD)
    refused: list[str] = []
    failed: list[str] = []

    def once(told: list[str], answer: dict[str, Any]) -> Any:
        return lambda route: route.continue_() if told else (told.append(route.request.url), route.fulfill(**answer))

    page.route("**/w/v1/session", once(refused, refusal(product, 401, "identity_invalid")))
    page.route("**/identity", once(failed, {"status": 503}))
    with page.expect_response(lambda answer: answer.url.endswith("/identity") and answer.ok):
        page.reload()
    page.locator("earmark-duplicates").scroll_into_view_if_needed()
    page.locator(ROWS).first.wait_for()
    assert len(refused) == len(failed) == 1


def test_nobody_who_is_not_signed_in_is_signed_for(visit: Any, product: Product) -> None:
    page = visit("customer-3", THREAD)
    token = page.locator("[name=csrfmiddlewaretoken]").input_value()
    ask = lambda: page.request.post(f"{product.forum}/identity", headers={"X-CSRFToken": token})  # noqa: E731
    assert ask().status == 200
    page.click(".who button")
    page.locator("#customer").wait_for()
    assert (ask().status, page.locator(ROWS).count()) == (403, 0)


def test_a_mark_without_a_network_throws_nothing_and_is_looked_after_once_it_is_stored(visit: Any) -> None:
    page = visit("customer-3", THREAD)
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/answered")):
        page.locator("earmark-duplicates").get_by_role("button", name="Not sure").first.click()
    page.locator("earmark-duplicates .said", has_text="Sends when online.").wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/answered") and answer.ok):
        page.context.set_offline(False)
        page.locator("earmark-duplicates .said", has_text="That helps too.").wait_for()
    page.locator("earmark-duplicates .undo").first.click()
    page.locator("earmark-duplicates").get_by_role("button", name="Not sure").first.wait_for()


def test_who_had_their_data_deleted_meets_no_empty_room(visit: Any, product: Product) -> None:
    page = visit("customer-4", THREAD)
    with page.expect_response("**/left"):
        page.evaluate("""document.querySelector("earmark-tags").dispatchEvent(
            new CustomEvent("earmark:optout", { bubbles: true, composed: true, detail: { out: true, erased: true } }))""")
    page.reload()
    back = page.get_by_role("button", name="Take part again")
    back.wait_for()
    assert page.locator("[item]").count() == 0

    page.route("**/w/v1/session", lambda route: route.fulfill(**refusal(product, 403, "annotator_erased")))
    back.click()
    page.get_by_role("status").get_by_text("Your data was deleted for good: nothing is asked of you again.").wait_for()
    page.unroute("**/w/v1/session")
    back.click()
    page.locator("earmark-duplicates").wait_for()


def test_who_left_while_the_forum_did_not_answer_meets_one_empty_room_at_most(visit: Any) -> None:
    page = visit("customer-4", THREAD)
    page.route("**/left", lambda route: route.fulfill(status=503))
    with page.expect_response("**/left"):
        page.evaluate("earmark('optOut', true)")
    page.unroute("**/left")
    with page.expect_response(lambda answer: answer.url.endswith("/left") and answer.ok):
        page.reload()
    page.reload()
    back = page.get_by_role("button", name="Take part again")
    back.wait_for()
    assert page.locator("[item]").count() == 0
    back.click()
    page.locator("earmark-duplicates").wait_for()


def test_on_paper_a_thread_is_what_people_wrote(visit: Any) -> None:
    page = visit("customer-3", THREAD)
    page.emulate_media(media="print")
    assert page.locator("#post").is_visible() and page.locator("h1").is_visible()
    for ours in ("earmark-duplicates", "earmark-tags", "earmark-choice", "earmark-span", ".find", ".who"):
        assert not page.locator(ours).is_visible(), ours
    page.emulate_media(media="screen")
    page.locator(ROWS).first.wait_for()


def test_where_colours_are_forced_the_search_of_the_forum_has_an_edge(visit: Any) -> None:
    page = visit("customer-3", THREAD, forced_colors="active")
    edge = "[getComputedStyle(q).borderTopStyle, getComputedStyle(q).borderTopColor]"
    assert page.evaluate(edge)[0] == "solid" and page.evaluate(edge)[1] not in (
        "rgba(0, 0, 0, 0)",
        "rgb(255, 255, 255)",
    )
