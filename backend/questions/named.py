"""Questions and items by the names that hosts give them."""

from backend.projects.composed import Composed, Given
from backend.questions.models import Item, Question

questions_by_slug = Composed(lambda: Question.objects.of(Given("project")).filter(slug=Given("slug")))
items_by_key = Composed(lambda: Item.objects.of(Given("project")).present().filter(key=Given("key")))
