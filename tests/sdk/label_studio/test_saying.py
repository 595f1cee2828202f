"""What a task says: answers of people, guesses of models, and what is neither."""

from earmark import ChoiceAnswer, Question
from earmark.label_studio.items import ItemNaming, subject_of
from earmark.label_studio.saying import Asking, said_in
from earmark.label_studio.tasks import Task

QUESTION = Question("tone", "choice", labels=["Good", "Bad"])


def chosen(label, **facts):
    return {"from_name": "c", "type": "choices", "value": {"choices": [label]}, **facts}


def said(annotations=(), predictions=(), question=QUESTION, **asking):
    task = Task(1, "17", {"text": "a"}, annotations, predictions)
    return said_in(task, subject_of(task, ItemNaming(question)), Asking(question, "c", **asking))


def test_an_annotation_is_an_imported_answer_of_a_person_with_a_name_of_its_own():
    [(where, answer)] = said(
        [{"id": 5, "completed_by": 7, "result": [chosen("Good", id="r")]}], annotators="expert"
    ).answers
    assert where == "task 1 (id 17), annotation 5, result r"
    assert (answer.annotator.id, answer.annotator.kind) == ("label-studio-7", "expert")
    assert (answer.item, answer.answer, answer.origin) == ("label-studio-17", ChoiceAnswer("Good"), "imported")


def test_its_id_is_that_of_its_content_and_another_time_is_another_answer():
    def id_of(label="Good", **facts):
        [(_, answer)] = said([{"completed_by": 7, "result": [chosen(label)], **facts}]).answers
        return answer.id

    assert id_of() == id_of() != id_of("Bad")
    assert id_of(updated_at="2026-03-01T12:00:00Z") != id_of(updated_at="2026-03-02T12:00:00Z")


def test_skipped_and_empty_annotations_are_counted_and_say_nothing():
    told = said(
        [{"was_cancelled": True, "result": [chosen("Good")]}, {"skipped": True}, {"completed_by": 1, "result": []}]
    )
    assert (told.answers, told.left_out, told.skipped_count, told.empty_count) == ([], [], 2, 1)


def test_of_several_that_nobody_is_named_for_one_is_taken():
    told = said([{"result": [chosen("Good")]}, {"result": [chosen("Bad")]}])
    assert [answer.answer.value for _, answer in told.answers] == ["Good"]
    assert "nobody is named" in str(told.left_out[0])


def test_an_annotation_that_is_only_an_id_is_told():
    assert [str(row) for row in said([12], [{"result": {}}]).left_out] == [
        "task 1 (id 17), annotation 1: it has no results; export them too",
        "task 1 (id 17), prediction 1: it has no results; export them too",
    ]


def test_labels_have_other_names_here_and_what_is_none_says_what_to_do():
    told = said([{"completed_by": 1, "result": [chosen("Positive")]}], rename={"Positive": "Good"})
    assert told.answers[0][1].answer == ChoiceAnswer("Good")
    [fault] = said([{"completed_by": 1, "result": [chosen("Great")]}]).left_out
    assert "has no label 'Great' (it has Good, Bad)" in fault.why and "--label 'Great'=OURS" in fault.why


def test_a_tag_may_be_new_where_the_question_takes_new_ones_and_is_the_same_in_capitals():
    told = {"completed_by": 1, "result": [chosen("GOOD"), chosen("New")]}
    closed, opened = (Question("t", "tags", labels=["Good"], allows_new_labels=allows) for allows in (False, True))
    assert [len(said([told], question=question).answers) for question in (closed, opened)] == [1, 2]


def test_a_guess_has_the_score_of_its_result_or_of_its_prediction_or_none_that_is_counted():
    results = [[chosen("Good", score=0.9)], [chosen("Good")], [chosen("Good", score=17)]]
    scores = [0.4, 0.4, float("nan")]
    told = said(
        predictions=[
            {"model_version": "m" * 99, "score": score, "result": result}
            for score, result in zip(scores, results, strict=True)
        ]
    )
    assert [guess.score for _, guess in told.guesses] == [0.9, 0.4, 0.5]
    assert told.unscored_count == 1
    assert {guess.suggester.version for _, guess in told.guesses} == {"m" * 40}
    assert told.answers == []
