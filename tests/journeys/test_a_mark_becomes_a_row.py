import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.journeys.conftest import Product, eventually, freeze, is_settled, label_of

pytestmark = pytest.mark.journey

THREAD = "1720773"


def row_of(page: Any, number: int = 0) -> Any:
    return page.locator("earmark-duplicates .row").nth(number)


def candidate_of(page: Any, number: int = 0) -> str:
    address = row_of(page, number).locator(".title a").get_attribute("href")
    return str(address).rsplit("/", 1)[1]


def test_a_customer_marks_undoes_and_marks_again_and_it_arrives_in_a_frozen_version(
    visit: Any, staff: Any, product: Product, tmp_path: Path
) -> None:
    page = visit("customer-1", THREAD)
    other = candidate_of(page)
    banner = page.locator("#answered .there")

    row_of(page).get_by_role("button", name="Same", exact=True).click()
    row_of(page).get_by_text("Same problem.").wait_for()
    assert page.evaluate("document.querySelector('earmark-duplicates').shadowRoot.activeElement.className") == "undo"
    banner.wait_for()
    assert is_settled(product.client, THREAD, other)

    row_of(page).get_by_role("button", name=re.compile("Undo")).click()
    banner.wait_for(state="detached")
    assert not is_settled(product.client, THREAD, other)

    row_of(page).get_by_role("button", name="Same", exact=True).click()
    banner.wait_for()
    page.reload()
    row_of(page).get_by_text("Same problem.").wait_for()

    check_rows(freeze(staff, product, "duplicates", "duplicate", tmp_path), THREAD, other)


def check_rows(files: dict[str, Path], item: str, other: str) -> None:
    """Ask of a version's rows what came of a customer's marks; colleagues at a desk may have met the same pair."""
    labels = [json.loads(line) for line in files["labels.jsonl"].read_text().splitlines()]
    (label,) = [row for row in labels if {row["item"], row["other"]} == {item, other}]
    assert (label["value"], label["policy"]) == ("duplicate", "trusting")
    assert label["split"] in ("train", "dev", "test")
    rows = [json.loads(line) for line in files["judgements.jsonl"].read_text().splitlines()]
    judged = [row for row in rows if row["record"] == "judgement" and {row["item"], row["candidate"]} == {item, other}]
    assert label["votes"] == Counter(row["value"] for row in judged if row["is_live"])
    said = [row for row in judged if row["annotator_kind"] == "customer"]
    assert [(row["value"], row["was_withdrawn"]) for row in said] == [("duplicate", True), ("duplicate", False)]
    assert {key for key, value in said[-1].items() if value is None} <= {"seen_at_ms", "seen_ms", "anchor"}
    theirs = [row for row in rows if row["annotator"] == said[-1]["annotator"]]
    shown = [row for row in theirs if row["record"] == "slot" and row["item"] == item]
    assert shown and all(row["propensity"] and row["suggester"] == "lexical" for row in shown)
    for name in ("labels", "judgements"):
        (parquet,) = duckdb.sql(f"select count(*) from '{files[name + '.parquet']}'").fetchall()
        assert parquet == (len(files[name + ".jsonl"].read_text().splitlines()),)


@pytest.mark.usefixtures("five_shown")
def test_two_customers_who_disagree_leave_it_contested_and_the_banner_goes(visit: Any, product: Product) -> None:
    thread = "1719819"
    first = visit("customer-1", thread)
    other = candidate_of(first)
    row_of(first).get_by_role("button", name="Same", exact=True).click()
    first.locator("#answered .there").wait_for()

    second = visit("customer-2", thread)
    mine = second.locator("earmark-duplicates .row", has=second.locator(f"a[href$='/{other}']"))
    mine.get_by_role("button", name="Different", exact=True).click()
    mine.get_by_text("Contested: others will be asked.").wait_for()  # what stood before it stands only until the answer
    second.locator("#answered .there").wait_for(state="detached")
    assert label_of(product.client, thread, other).state == "contested"

    mine.get_by_role("button", name=re.compile("Undo")).click()
    second.locator("#answered .there").wait_for()


def test_everything_can_be_done_from_the_keyboard(visit: Any, product: Product) -> None:
    page = visit("customer-3", "1692784")
    other = candidate_of(page)
    row_of(page).locator(".title a").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    row_of(page).get_by_role("link", name="Open the thread").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    row_of(page).get_by_text("Related.").wait_for()
    page.keyboard.press("Enter")
    focused = "document.querySelector('earmark-duplicates').shadowRoot.activeElement.dataset.value"
    assert page.evaluate(focused) == "related"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    eventually(lambda: is_settled(product.client, "1692784", other))


def test_another_thread_is_found_by_searching_and_judged(visit: Any, product: Product) -> None:
    page = visit("customer-4", "1771529")
    page.get_by_role("button", name="Search for another").click()
    page.get_by_role("combobox", name="Search for another").wait_for()
    page.keyboard.insert_text("archive function")  # at once, so that it is searched for once
    page.locator("earmark-duplicates [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    found = page.locator("earmark-duplicates .row:has(:focus)")
    other = str(found.locator(".title a").get_attribute("href")).rsplit("/", 1)[1]
    page.keyboard.press("Enter")
    found.get_by_text("Same problem.").wait_for()
    eventually(lambda: is_settled(product.client, "1771529", other))


def test_a_mark_made_just_before_leaving_the_page_arrives(visit: Any, product: Product) -> None:
    page = visit("customer-2", "1648584")
    other = candidate_of(page)
    page.evaluate(
        """(host) => {
            document.querySelector('earmark-duplicates').shadowRoot.querySelector('[data-value=duplicate]').click();
            location.href = host;
        }""",
        product.forum,
    )
    eventually(lambda: is_settled(product.client, "1648584", other))


def test_marks_made_offline_are_sent_when_the_network_is_back(visit: Any, product: Product) -> None:
    page = visit("customer-1", "1696998")
    other = candidate_of(page)
    page.context.set_offline(True)
    row_of(page).get_by_role("button", name="Same", exact=True).click()
    row_of(page).get_by_text("Sends when online.").wait_for()
    page.context.set_offline(False)
    row_of(page).get_by_text("Sends when online.").wait_for(state="detached")
    eventually(lambda: is_settled(product.client, "1696998", other))


def test_an_expert_decides_and_gold_vets_and_blocking_recomputes(visit: Any, staff: Any, product: Product) -> None:
    thread = "1630921"
    page = visit("customer-4", thread)
    other = candidate_of(page)
    row_of(page).get_by_role("button", name="Same", exact=True).click()
    eventually(lambda: is_settled(product.client, thread, other))

    staff.goto(f"{product.admin}questions/item/?q={thread}")
    staff.locator(f"tr:has-text('{thread}') a").first.click()
    staff.locator("select[id^=gold]").first.select_option("duplicate")
    staff.get_by_role("button", name="Keep").first.click()
    staff.get_by_text("Gold answer set").wait_for()

    def shows_gold() -> bool:
        staff.goto(f"{product.admin}annotators/annotator/")
        return staff.get_by_text("100% (1 of 1)").count() > 0

    def do_to_the_customer(action: str) -> None:
        eventually(shows_gold)
        customer = staff.locator("tr", has=staff.get_by_text("100% (1 of 1)")).first
        customer.locator("input.action-select").check()
        staff.select_option("select[name=action]", action)
        staff.locator("button[name=index], button:has-text('Run')").first.click()

    do_to_the_customer("block")
    eventually(lambda: not is_settled(product.client, thread, other))

    staff.goto(f"{product.admin}questions/item/?q={thread}")
    staff.locator(f"tr:has-text('{thread}') a").first.click()
    staff.get_by_role("button", name="The same problem").first.click()
    staff.get_by_text("Your answer is recorded").wait_for()
    eventually(lambda: is_settled(product.client, thread, other))
    do_to_the_customer("unblock")


def test_who_signs_in_or_out_stays_on_the_page_they_were_reading(product: Product, browser: Any) -> None:
    page = browser.new_context().new_page()
    for here in (f"/t/{THREAD}", "/?q=archive&page=1"):
        page.goto(product.forum + here)
        page.select_option("#customer", "customer-1")
        page.click(".who button")
        page.get_by_role("button", name="Sign out").wait_for()
        assert page.url == product.forum + here
        page.click(".who button")
        page.locator("#customer").wait_for()
        assert page.url == product.forum + here
    page.context.close()


def test_the_sample_threads_are_attributed(product: Product, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{product.forum}/about")
    assert "CC BY 4.0" in page.inner_text("main")
    page.close()
    threads = Path(__file__).resolve().parents[2] / "demo" / "forum" / "data" / "threads.jsonl.gz"
    with gzip.open(threads, "rt") as file:
        assert sum(1 for _ in file) == 1038
