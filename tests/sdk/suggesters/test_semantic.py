import pytest
from earmark.errors import ModelMissing
from earmark.suggesters import Item, ItemIndex, LexicalSuggester, SemanticSuggester, Suggester
from earmark.suggesters.dense import DenseIndex
from earmark.suggesters.embedding import MODELS_VARIABLE, Embedder
from earmark.suggesters.semantic import score_of


@pytest.fixture
def catalogue(threads):
    """Items in the order they came, the last of which says in other words what the first does."""
    titles = {"a": "archive fails", "b": "printer colour", "c": "mail key", "d": "store broken"}
    return [
        Item(key, title, "", thread.created_at) for (key, title), thread in zip(titles.items(), threads, strict=False)
    ]


@pytest.fixture
def suggester(tiny_model, catalogue):
    return SemanticSuggester(tiny_model).fit(catalogue)


def candidates(suggester, item, k=3):
    return [each.candidate_id for each in suggester.suggest(item, ItemIndex(), k)]


def test_it_is_a_suggester_with_a_name_and_a_version(suggester):
    assert isinstance(suggester, Suggester)
    assert suggester.name == "semantic"
    assert len(suggester.version) <= 40


def test_the_same_in_other_words_is_found_where_no_word_is_shared(suggester, catalogue):
    index = ItemIndex()
    index.apply(catalogue)
    assert LexicalSuggester().suggest(catalogue[3], index, 3) == []
    best = suggester.suggest(catalogue[3], index, 3)[0]
    assert best.candidate_id == "a"
    assert best.score > 0.5
    assert best.reasons == ["much the same title"]


def test_only_earlier_items_are_found_unless_any_may_be(suggester, catalogue):
    assert candidates(suggester, catalogue[0]) == []
    anywhere = SemanticSuggester(suggester.embedder, suggester.dense_, only_earlier=False)
    assert candidates(anywhere, catalogue[0])[0] == "d"
    assert anywhere.version != suggester.version


def test_the_item_itself_is_never_found(tiny_model, catalogue):
    anywhere = SemanticSuggester(tiny_model, only_earlier=False).fit(catalogue)
    for item in catalogue:
        assert item.id not in candidates(anywhere, item, 9)


def test_it_abstains_without_text_and_before_anything_is_embedded(tiny_model, suggester, catalogue):
    assert candidates(suggester, Item("x", " ", "\n", catalogue[3].created_at)) == []
    assert candidates(SemanticSuggester(tiny_model), catalogue[3]) == []
    assert candidates(SemanticSuggester(tiny_model).fit([Item("y")]), catalogue[3]) == []


def test_an_item_without_a_title_is_known_by_how_its_body_begins(suggester, catalogue):
    assert candidates(suggester, Item("x", "", "store broken", catalogue[3].created_at))[0] == "a"


def test_scores_are_in_bounds_and_rise_with_cosine():
    scores = [score_of(cosine / 10) for cosine in range(-10, 11)]
    assert scores == sorted(set(scores))
    assert 0 <= scores[0] < scores[-1] <= 1


def test_reasons_are_said_only_where_they_hold(tiny_model, catalogue):
    suggester = SemanticSuggester(tiny_model).fit(
        [Item("same", "store broken"), Item("near", "archive fails archive"), Item("far", "colour")]
    )
    suggester.only_earlier = False
    said = {each.candidate_id: each.reasons for each in suggester.suggest(catalogue[0], ItemIndex(), 3)}
    assert said == {"same": ["much the same title"], "near": ["much the same title in other words"], "far": []}


def test_what_was_fitted_can_be_saved_and_searched_by_another(suggester, catalogue, tmp_path, tiny_model):
    suggester.dense_.save(tmp_path / "dense")
    dense = DenseIndex.load(tmp_path / "dense")
    assert dense.embedder_version == Embedder(tiny_model).version
    again = SemanticSuggester(tiny_model, dense)
    assert again.suggest(catalogue[3], ItemIndex(), 3) == suggester.suggest(catalogue[3], ItemIndex(), 3)


def test_the_one_model_there_is_taken_and_of_none_or_several_it_is_told(tiny_model, tmp_path, monkeypatch):
    from tests.tiny_model import make_tiny_model

    monkeypatch.setenv(MODELS_VARIABLE, str(tiny_model.parent))
    assert SemanticSuggester().embedder.name == "tiny"
    make_tiny_model(tiny_model.parent / "second")
    with pytest.raises(ModelMissing, match="2 models lie"):
        SemanticSuggester()
    monkeypatch.setenv(MODELS_VARIABLE, "")
    with pytest.raises(ModelMissing, match="no model lies"):
        SemanticSuggester()
