"""Spans and regions from the outside: in the widget, by the server API, at the desk, in the staff's pages."""

import json
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from earmark.anchors import describe

from backend.annotators.models import Annotator
from backend.desk.actions.links import address_of, make_link
from backend.judgements.models import Judgement
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.questions.models import Item, Question, Unit
from tests.backend.conftest import REVIEW

OWN = {"name": "own", "version": "1"}


@pytest.fixture
def spans(site, ask_spots, identity):
    return opened(ask_spots(site), identity)


@pytest.fixture
def regions(site, ask_spots, identity):
    return opened(ask_spots(site, "region"), identity)


def opened(site, identity):
    """Give a site a maker of people who are there."""

    def come(subject):
        return site.browser("/w/v1/session", {"key": site.publishable, "identity": identity(subject)}).json()["token"]

    site.come = come
    site.ann, site.bob, site.eve = come("ann"), come("bob"), come("eve")
    return site


def place(site, token):
    asked = [{"place": "a", "question": "marks", "item": "review"}]
    return site.browser("/w/v1/suggest", {"token": token, "places": asked}).json()["places"][0]


def answer(site, shown, anchor, value="Product", **changes):
    return {
        "type": "judge", "id": str(uuid7()), "exposure": shown["exposure"], "seq": 1, "at_ms": 2000, "via": "mouse",
        "answer": {"kind": site.question.kind, "value": value, "anchor": anchor},
        "judged_at": datetime.now(UTC).isoformat(),
    } | changes  # fmt: skip


def send(site, token, *events):
    told = site.browser("/w/v1/events", {"token": token, "events": events})
    assert told.status_code == 200, told.content
    return told.json()["results"]


def mark(site, token, anchor, value="Product", **changes):
    (result,) = send(site, token, answer(site, place(site, token), anchor, value, **changes))
    assert result["status"] == "ok", result
    drain_jobs()
    return result


def push(site, *rows):
    usual = {"question": "marks", "item": "review", "score": 0.8, "suggester": OWN}
    told = site.server.post("/v1/suggestions", {"suggestions": [usual | row for row in rows]})
    assert told.status_code == 200, told.content
    return told.json()


def tell(site, subject, anchor, value="Product", **changes):
    body = {
        "annotator": {"id": subject}, "question": "marks", "item": "review",
        "answer": {"kind": site.question.kind, "value": value, "anchor": anchor},
    }  # fmt: skip
    (result,) = site.server.post("/v1/judgements", {"judgements": [body | changes]}).json()["results"]
    drain_jobs()
    return result


def test_a_pushed_spot_is_shown_with_its_label_and_its_place(spans):
    assert push(spans, {"candidate": "Product", "anchor": spans.span("Vector 9")})["accepted_count"] == 1
    shown = place(spans, spans.ann)
    assert shown["candidates"] == [
        {
            "id": "8-16 Product", "title": "Vector 9", "url": "", "snippet": "", "answer": "", "label": "Product",
            "anchor": spans.span("Vector 9"),
        }
    ]  # fmt: skip
    assert shown["ask"] and shown["answers"] == shown["known"] == [] and shown["error"] is None


def test_a_pushed_box_is_titled_by_its_label(regions):
    push(regions, {"candidate": "Zip", "anchor": regions.region(10, 20, 30, 40, size=(64, 36))})
    (candidate,) = place(regions, regions.ann)["candidates"]
    assert (candidate["id"], candidate["title"]) == ("10,20,30,40 Zip", "Zip")
    assert candidate["anchor"] == regions.region(10, 20, 30, 40), "the size is that of the registered picture"


def test_candidates_of_other_kinds_say_nothing_of_places(site, token):
    asked = [{"place": "a", "question": "duplicate", "item": "5"}]
    shown = site.browser("/w/v1/suggest", {"token": token, "places": asked}).json()["places"][0]
    assert shown["candidates"] and not {"label", "anchor", "boundaries"} & shown["candidates"][0].keys()


def test_a_mark_is_told_back_to_who_made_it_and_to_nobody_else_before_it_settles(spans):
    assert mark(spans, spans.ann, spans.span("Inverness"), "Place")["state"] == "settled"
    (own,) = place(spans, spans.ann)["answers"]
    assert (own["value"], own["candidate"]["id"]) == ("Place", "91-100 Place")
    assert own["candidate"]["label"] == "Place" and own["candidate"]["anchor"] == spans.kept("Inverness")


def test_a_settled_spot_is_known_to_everybody_with_how_many_say_so(spans):
    mark(spans, spans.ann, spans.span("Inverness"), "Place")
    mark(spans, spans.bob, spans.span("Inverness"), "Place")
    mark(spans, spans.bob, spans.span("Vector 9"))
    mark(spans, spans.bob, spans.span("sheds"), "none")
    assert place(spans, spans.eve)["known"] == [
        {"id": "8-16 Product", "people_count": 1, "label": "Product", "anchor": spans.kept("Vector 9")},
        {"id": "91-100 Place", "people_count": 2, "label": "Place", "anchor": spans.kept("Inverness")},
    ]


def test_a_rejected_spot_is_told_back_with_the_label_that_was_guessed(spans):
    push(spans, {"candidate": "Product", "anchor": spans.span("Vector 9")})
    mark(spans, spans.ann, spans.span("Vector 9"), "none", candidate="8-16 Product")
    shown = place(spans, spans.ann)
    assert shown["candidates"] == []
    (own,) = shown["answers"]
    assert (own["value"], own["candidate"]["label"], own["candidate"]["id"]) == ("none", "Product", "8-16 Product")


def test_boundaries_that_differ_are_shown_to_the_next_person_who_decides(spans):
    mark(spans, spans.ann, spans.span("Vector 9"))
    assert mark(spans, spans.bob, spans.span("new Vector 9"))["state"] == "open"
    (candidate,) = place(spans, spans.eve)["candidates"]
    assert (candidate["id"], candidate["label"]) == ("8-16 Product", "Product")
    assert candidate["boundaries"] == [spans.kept("new Vector 9"), spans.kept("Vector 9")]
    mark(spans, spans.eve, spans.span("new Vector 9"), candidate=candidate["id"])
    (known,) = place(spans, spans.come("zoe"))["known"]
    assert (known["id"], known["people_count"]) == ("4-16 Product", 3)


def test_own_marks_are_listed_with_their_words(spans):
    mark(spans, spans.ann, spans.span("Inverness"), "Place")
    told = spans.browser("/w/v1/me/judgements", {"token": spans.ann}).json()["judgements"]
    assert (told[0]["value"], told[0]["candidate"]["title"]) == ("Place", "Inverness")


def test_a_page_with_another_text_is_told_what_could_not_be_found(spans):
    shown = place(spans, spans.ann)
    page = "Review. " + spans.item.body
    strange = spans.span("Nothing", "Nothing of this stands in the registered text.")
    results = send(
        spans, spans.ann, answer(spans, shown, spans.span("Inverness", page), "Place"), answer(spans, shown, strange)
    )
    assert [result["code"] or result["status"] for result in results] == ["ok", "text_not_found"]


ODD = [None, True, [], {}, "", "x", -1, 0, 2**31, 2**63 - 1, 1.5, "8", {"start": 8}]
PARTS = [
    ("quote",), ("position",), ("snapshot",), ("quote", "exact"), ("position", "start"), ("position", "end"),
    ("region",), ("width",), ("height",),
]  # fmt: skip


def broken_anchors(good, seed):
    """Yield anchors that are none: a good one with one part left out or made odd, by lot."""
    lot = random.Random(seed)
    for _ in range(40):
        anchor = json.loads(json.dumps(good))
        *path, last = lot.choice([part for part in PARTS if part[0] in good])
        within = anchor
        for step in path:
            within = within[step]
        if lot.random() < 0.2:
            del within[last]
        else:
            within[last] = lot.choice(ODD)
        yield anchor


def malformed(site, *anchors):
    """Return whether each of these is refused as malformed."""
    shown = place(site, site.ann)
    label = site.question.labels[0]
    results = send(site, site.ann, *(answer(site, shown, anchor, label) for anchor in anchors))
    return all(result["code"] == "malformed" for result in results)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["span", "region"])
def test_whatever_is_no_anchor_is_malformed_and_nothing_of_it_is_stored(site, ask_spots, identity, kind, seed):
    spots = opened(ask_spots(site, kind), identity)
    good = spots.span("Vector 9") if kind == "span" else spots.region(10, 20, 30, 40)
    assert malformed(spots, *broken_anchors(good, seed))
    with tenancy(spots.project):
        assert not Unit.objects.exists() and not Judgement.objects.exists()


@pytest.mark.parametrize(
    "region",
    ["xywh=percent:10,20,0,40", "xywh=percent:90,20,30,40", "xywh=percent:NaN,20,30,40", "xywh=percent:1e400,1,1,1",
     "xywh=percent:" + "1" * 90 + ",1,1,1", "xywh=percent:١,1,1,1", "10,20,30,40", "xywh=percent:10,20,30,40,50"],
)  # fmt: skip
def test_a_box_that_is_none_is_malformed(regions, region):
    assert malformed(regions, {"region": region, "width": 9, "height": 9})


def test_half_a_character_and_a_number_that_is_none_are_no_json_as_we_take_it(spans):
    shown = place(spans, spans.ann)
    event = json.dumps(answer(spans, shown, spans.span("Vector 9")))
    for broken in (event.replace("Vector 9", "Vector \\ud83d", 1), event.replace('"start": 8', '"start": NaN')):
        raw = f'{{"token": "{spans.ann}", "events": [{broken}]}}'
        assert spans.browser("/w/v1/events", raw).status_code == 400


def test_a_span_of_the_whole_text_may_be_marked_and_one_beyond_5000_signs_may_not(spans):
    long = "word " * 1001
    with tenancy(spans.project):
        spans.register(long)
    shown = place(spans, spans.ann)
    at_most, beyond = long[:5000], long[:5001]
    results = send(spans, spans.ann, *(answer(spans, shown, spans.span(words, long)) for words in (at_most, beyond)))
    assert [result["code"] or result["status"] for result in results] == ["text_not_found", "malformed"]
    tidy = long.strip()
    (result,) = send(spans, spans.ann, answer(spans, shown, spans.span(tidy[:5000], tidy)))
    assert result["status"] == "ok"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"candidate": "Product"}, "needs an anchor"),
        ({"candidate": "Colour"}, "is no label"),
        ({"position": {"start": 16, "end": 8}}, "start must be less than end"),
        ({"position": {"start": 8, "end": 15}}, "count code points"),
        ({"position": {"start": 9, "end": 17}}, "not 'Vector 9'"),
        ({"position": {"start": 95, "end": 103}}, "count code points"),
        ({"snapshot": "f" * 63}, "snapshot"),
    ],
)
def test_a_pushed_spot_that_is_none_is_rejected_alone_in_words(spans, row, says):
    anchor = spans.span("Vector 9") | {key: value for key, value in row.items() if key != "candidate"}
    bad = {"candidate": row.get("candidate", "Product")}
    if row != {"candidate": "Product"}:
        bad["anchor"] = anchor
    told = push(spans, bad, {"candidate": "Place", "anchor": spans.span("Inverness")})
    assert told["accepted_count"] == 1
    assert says in told["rejected"][0]["detail"]


def test_other_kinds_take_no_anchor(spans):
    row = {"question": "duplicate", "item": "5", "candidate": "1", "anchor": spans.span("Vector 9")}
    assert "takes no anchor" in push(spans, row)["rejected"][0]["detail"]


def test_a_spot_pushed_again_gets_the_new_score_and_is_listed_with_its_place(spans):
    push(spans, {"candidate": "Product", "anchor": spans.span("Vector 9")})
    push(spans, {"candidate": "8-16 Product", "anchor": spans.span("Vector 9"), "score": 0.9})
    (row,) = spans.server.get("/v1/suggestions").json()["results"]
    assert (row["candidate"], row["score"], row["anchor"]) == ("8-16 Product", 0.9, spans.span("Vector 9"))


def test_answers_of_servers_meet_like_those_of_pages_and_are_told_with_their_places(spans):
    mark(spans, spans.ann, spans.span("Vector 9"))
    key = str(uuid7())
    assert tell(spans, "bob", spans.span("new Vector 9"), id=key)["status"] == "ok"
    assert tell(spans, "bob", spans.span("new Vector 9"), id=key)["status"] == "dup"
    assert tell(spans, "bob", spans.span("Inverness"), id=key)["code"] == "conflict"
    rows = spans.server.get("/v1/judgements").json()["results"]
    assert {row["candidate"]: row["anchor"] for row in rows} == {
        "8-16 Product": spans.kept("Vector 9"),
        "4-16 Product": spans.kept("new Vector 9"),
    }
    (label,) = spans.server.get("/v1/labels").json()["results"]
    assert (label["state"], label["value"]) == ("open", "Product")
    assert label["unit"] == {"kind": "span", "items": ["review"], "label": None, "anchor": spans.kept("Vector 9")}


def test_labels_of_other_kinds_have_no_anchor(site, token):
    body = {"annotator": {"id": "a"}, "question": "duplicate", "item": "5", "candidate": "1"}
    body |= {"answer": {"kind": "pair", "value": "duplicate"}}
    site.server.post("/v1/judgements", {"judgements": [body]})
    drain_jobs()
    (label,) = site.server.get("/v1/labels").json()["results"]
    assert label["unit"]["anchor"] is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"position": {"start": 95, "end": 103}}, "has 101 code points"),
        ({"snapshot": "0" * 64, "quote": {"exact": "~~~~~~~~", "prefix": "", "suffix": ""}}, "no such words"),
        ({"quote": {}}, "exact"),
    ],
)
def test_an_answer_of_a_server_that_points_nowhere_says_what_to_do(spans, changed, says):
    result = tell(spans, "bob", spans.span("Vector 9") | changed)
    assert result["status"] == "bad" and says in result["detail"]


def test_a_host_logs_the_spots_that_it_showed_and_what_became_of_them(spans):
    body = {"annotator": {"id": "ann"}, "question": "marks", "item": "review"}
    shown = [{"candidate": "Product", "anchor": spans.span("Vector 9"), "score": 0.7, "suggester": OWN}]
    exposure = spans.server.post("/v1/exposures", body | {"shown": shown})
    assert exposure.status_code == 201, exposure.content
    logged = exposure.json()
    assert logged["slots"][0]["candidate"]["id"] == "8-16 Product"
    event = answer(spans, {"exposure": None}, spans.span("Vector 9"), candidate="8-16 Product")
    del event["exposure"]
    told = spans.server.post(f"/v1/exposures/{logged['id']}/events", {"events": [event]}).json()["results"]
    assert told[0]["status"] == "ok"
    again = spans.server.get(f"/v1/exposures/{logged['id']}").json()
    assert again["slots"][0]["outcome"] == "accepted"
    refused = spans.server.post("/v1/exposures", body | {"shown": [{"candidate": "Product"}]})
    assert refused.status_code == 400 and "needs an anchor" in refused.content.decode()


def test_a_question_of_spots_is_asked_with_its_labels_or_says_what_they_may_be(site):
    asked = site.server.post("/v1/questions", {"id": "faults", "kind": "region", "labels": ["Scratch"]})
    assert asked.status_code == 201 and asked.json()["prompt"] == "Where in the picture is it?"
    refused = site.server.post("/v1/questions", {"id": "words", "kind": "span", "labels": ["none"]})
    assert refused.status_code == 400 and "always an answer" in refused.json()["detail"]


def test_a_page_learns_which_answers_a_spot_has(spans, identity):
    told = spans.browser("/w/v1/session", {"key": spans.publishable, "identity": identity("ann")}).json()
    (question,) = [each for each in told["questions"] if each["id"] == "marks"]
    assert question["kind"] == "span" and question["values"] == ["Product", "Fault", "Place", "none", "unsure"]


def at_desk(site, **policies):
    with tenancy(site.project):
        Question.objects.filter(pk=site.question.pk).update(settling_policy="confirm", **policies)
        site.question.refresh_from_db()
        soon = timezone.now() + timedelta(days=1)
        link = make_link(
            question=site.question, annotator_kind="colleague", expires_at=soon, created_by="ann", now=timezone.now()
        )
    site.page = lambda path, body: site.browser(path, body, Origin="http://testserver")

    def come():
        body = {"link": address_of(link).partition("#")[2], "person": str(uuid4())}
        return site.page("/w/v1/desk/session", body).json()["token"]

    return come


def next_of(site, token):
    told = site.page("/w/v1/desk/next", {"token": token})
    assert told.status_code == 200, told.content
    return told.json()


def test_a_blind_desk_asks_about_a_guessed_place_without_its_label(spans):
    push(spans, {"candidate": "Product", "anchor": spans.span("Vector 9"), "reasons": ["It is in the catalogue."]})
    come = at_desk(spans)
    told = next_of(spans, come())
    assert told["items"][0]["text"] == spans.item.body and "picture" not in told["items"][0]
    (candidate,) = told["place"]["candidates"]
    assert (candidate["id"], candidate["anchor"]) == ("8-16", spans.span("Vector 9"))
    assert "label" not in candidate and told["reasons"] == []
    assert "Product" not in json.dumps(told["place"])


def test_a_desk_that_is_not_blind_tells_the_guessed_label_and_why(regions):
    push(regions, {"candidate": "Zip", "anchor": regions.region(1, 2, 3, 4), "reasons": ["Teeth."]})
    told = next_of(regions, at_desk(regions, is_blind=False)())
    assert told["items"][0]["picture"] == {
        "url": "https://forum.example/jacket.png",
        "width": 1280,
        "height": 720,
        "alt": "A jacket",
    }
    (candidate,) = told["place"]["candidates"]
    assert (candidate["id"], candidate["label"], told["reasons"]) == ("1,2,3,4 Zip", "Zip", ["Teeth."])


def test_a_picture_lies_where_the_items_page_does(regions):
    with tenancy(regions.project):
        Item.objects.filter(pk=regions.item.pk).update(url="https://shop.example/reviews/7")
    push(regions, {"candidate": "Zip", "anchor": regions.region(1, 2, 3, 4)})
    told = next_of(regions, at_desk(regions)())
    assert told["items"][0]["picture"]["url"] == "https://shop.example/jacket.png"


def test_two_at_the_desk_settle_what_a_customer_proposed(spans):
    come = at_desk(spans)
    mark(spans, spans.ann, spans.span("Inverness"), "Place")
    for _ in range(2):
        token = come()
        shown = next_of(spans, token)["place"]
        assert [candidate["id"] for candidate in shown["candidates"]] == ["91-100"]
        mark_there = answer(spans, shown, spans.span("Inverness"), "Place", candidate="91-100")
        assert [result["status"] for result in send_from_desk(spans, token, mark_there)] == ["ok"]
        drain_jobs()
    with tenancy(spans.project):
        assert Unit.objects.get().settled_value == "Place"
        assert set(Judgement.objects.exclude(annotator__kind="customer").values_list("origin", flat=True)) == {
            "assigned"
        }
    assert next_of(spans, come())["assignment"] is None


def send_from_desk(site, token, *events):
    return site.page("/w/v1/events", {"token": token, "events": events}).json()["results"]


def test_the_desk_asks_one_more_where_boundaries_differ_and_they_decide(spans):
    come = at_desk(spans)
    mark(spans, spans.ann, spans.span("Vector 9"))
    for words in ("Vector 9", "new Vector 9"):
        token = come()
        shown = next_of(spans, token)["place"]
        send_from_desk(spans, token, answer(spans, shown, spans.span(words), candidate=shown["candidates"][0]["id"]))
        drain_jobs()
    token = come()
    shown = next_of(spans, token)["place"]
    (candidate,) = shown["candidates"]
    assert candidate["boundaries"] == [spans.kept("new Vector 9"), spans.kept("Vector 9")]
    send_from_desk(spans, token, answer(spans, shown, spans.span("new Vector 9"), candidate=candidate["id"]))
    drain_jobs()
    with tenancy(spans.project):
        unit = Unit.objects.get()
        assert (unit.settled_value, unit.anchor) == ("Product", spans.kept("new Vector 9"))


@pytest.fixture
def staff(site):
    user = get_user_model().objects.create_superuser("ann of the staff")
    StaffMember.objects.get_or_create(project=site.project, user=user)
    client = Client()
    client.force_login(user)
    return client


PAGES = ["questions/unit", "judgements/judgement", "judgements/slot", "judgements/exposure", "judgements/ledgerevent",
         "suggestions/suggestion", "quality/consensuslabel", "questions/question", "assignments/assignment"]  # fmt: skip


@pytest.mark.parametrize("kind", ["span", "region"])
def test_every_page_of_the_staff_shows_spots_as_words_or_numbers(site, ask_spots, identity, staff, kind):
    spots = opened(ask_spots(site, kind), identity)
    anchor = spots.span("Vector 9") if kind == "span" else spots.region(10, 20, 30, 40)
    value = "Product" if kind == "span" else "Zip"
    push(spots, {"candidate": value, "anchor": anchor})
    name = place(spots, spots.ann)["candidates"][0]["id"]
    mark(spots, spots.ann, anchor, value, candidate=name)
    mark(spots, spots.bob, anchor, "none", candidate=name)
    story = staff.get(f"/admin/story/{spots.item.pk}/")
    assert story.status_code == 200
    assert ("“Vector 9”" if kind == "span" else "10,20,30,40 %") in story.content.decode()
    for page in PAGES:
        listed = staff.get(f"/admin/{page}/")
        assert listed.status_code == 200, page
    with tenancy(spots.project):
        unit = Unit.objects.get()
    for page, key in (("questions/unit", unit.pk), ("questions/question", spots.question.pk)):
        assert staff.get(f"/admin/{page}/{key}/change/").status_code == 200


def test_an_expert_settles_a_spot_on_the_items_page(spans, staff):
    mark(spans, spans.ann, spans.span("Vector 9"))
    with tenancy(spans.project):
        unit = Unit.objects.get()
    told = staff.post(f"/admin/story/{spans.item.pk}/answer", {"unit": unit.pk, "value": "Product"}, follow=True)
    assert told.status_code == 200 and "recorded" in told.content.decode()
    drain_jobs()
    with tenancy(spans.project):
        assert Unit.objects.get().settled_value == "Product"
        assert Judgement.objects.count() == 2
    named = {"question": spans.question.pk, "value": "Product", "label": "x", "other": "1"}
    assert staff.post(f"/admin/story/{spans.item.pk}/answer", named).status_code == 404


def test_the_host_tells_no_more_marks_of_a_person_than_the_question_takes_and_a_bad_one_takes_nothing(site, ask_spots):
    ask_spots(site, most_spots=2)
    words = ["Vector 9", "water", "Inverness", "new"]
    described = [describe(REVIEW, at := REVIEW.index(each), at + len(each)).wire for each in words]
    rows = [
        {
            "annotator": {"id": who}, "question": "marks", "item": "review",
            "answer": {"kind": "span", "value": "Product", "anchor": anchor},
        }
        for who, anchor in [*(("ann", anchor) for anchor in described), ("bob", described[3])]
    ]  # fmt: skip
    results = site.server.post("/v1/judgements", {"judgements": rows}).json()["results"]
    assert [told["code"] or told["status"] for told in results] == [
        "ok",
        "ok",
        "too_many_spots",
        "too_many_spots",
        "ok",
    ]
    assert "at most 2 spots" in results[2]["detail"]


def test_an_answer_of_the_host_that_is_refused_leaves_no_spot(spans):
    anchor = spans.span("Vector 9")
    row = {
        "annotator": {"id": "cy"}, "question": "marks", "item": "review",
        "answer": {"kind": "span", "value": "no such label", "anchor": anchor},
    }  # fmt: skip
    [told] = spans.server.post("/v1/judgements", {"judgements": [row]}).json()["results"]
    assert (told["status"], told["code"]) == ("bad", "invalid")
    with tenancy(spans.project):
        assert not Unit.objects.exists() and not Annotator.objects.filter(subject="cy").exists()


def test_answers_that_the_host_tells_of_long_texts_are_looked_through_for_so_long_and_no_longer(spans, monkeypatch):
    monkeypatch.setattr("backend.judgements.actions.meet.MOST_SEARCHED", len(REVIEW))
    rows = [
        {
            "annotator": {"id": "ann"}, "question": "marks", "item": "review",
            "answer": {"kind": "span", "value": "Product", "anchor": spans.span(words)},
        }
        for words in ("Vector 9", "Inverness")
    ]  # fmt: skip
    told = spans.server.post("/v1/judgements", {"judgements": rows}).json()["results"]
    assert [row["status"] for row in told] == ["ok", "ok"]
    with tenancy(spans.project):
        kept = {row.anchor["quote"]["exact"]: row.anchor for row in Judgement.objects.all()}
    assert "elsewhere" in kept["Vector 9"] and "elsewhere" not in kept["Inverness"]


@pytest.mark.parametrize(("most", "status"), [(1, 200), (2000, 200), (0, 400), (2001, 400), (True, 400)])
def test_a_question_says_how_many_spots_a_person_may_mark(spans, most, status):
    told = spans.server.patch("/v1/questions/marks", {"most_spots": most})
    assert told.status_code == status
    assert spans.server.get("/v1/questions/marks").json()["most_spots"] == (most if status == 200 else 200)
