import pytest

from backend.projects.figures import two_places


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.4, ".40"),
        (0.2, ".20"),
        (0.005, ".01"),
        (0.0, ".00"),
        (1.0, "1.00"),
        (10.0, "10.00"),
        (-0.12, "−.12"),
        (-0.001, ".00"),
        (None, "–"),
    ],
)
def test_a_chance_is_told_to_two_places_and_without_the_nought_before_the_point(value, told):
    assert two_places(value) == told
