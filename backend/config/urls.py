"""Which address leads where."""

from django.contrib import admin
from django.urls import include, path

from backend.datasets import pages
from backend.desk import people
from backend.desk.pages import shell
from backend.quality import pages as quality
from backend.suggestions.pages import search_index

admin.site.index_title = "Overview"
staff = admin.site.admin_view

urlpatterns = [
    path("admin/story/<int:item>/", staff(pages.story), name="story"),
    path("admin/story/<int:item>/answer", staff(pages.answer), name="story-answer"),
    path("admin/story/<int:item>/gold", staff(pages.gold), name="story-gold"),
    path("admin/versions/<int:version>/<str:name>", staff(pages.version_file), name="version-file"),
    path("admin/search-index", staff(search_index), name="search-index"),
    path("admin/rules/", staff(quality.rules), name="rules"),
    path("admin/rules/analyse", staff(quality.analyse), name="analyse-rules"),
    path("admin/people/", staff(people.people), name="people"),
    path("admin/people/<int:pk>/", staff(people.person), name="person"),
    path("admin/people/<int:pk>/block", staff(people.block), name="person-block"),
    path("admin/people/<int:pk>/export", staff(people.export), name="person-export"),
    path("admin/people/<int:pk>/erase", staff(people.erase), name="person-erase"),
    path("admin/choose-project", staff(pages.choose_project), name="choose-project"),
    path("admin/", admin.site.urls),
    path("desk/<slug:question>", shell),
    path("", include("backend.api.urls")),
]
