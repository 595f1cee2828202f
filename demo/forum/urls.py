"""Which address of the forum leads where."""

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import path

from demo.forum.threads import views

urlpatterns = [
    path("", views.thread_list, name="threads"),
    path("t/<str:key>", views.thread_page, name="thread"),
    path("t/<str:key>/answered", views.answered, name="answered"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("left", views.left, name="left"),
    path("identity", views.identity, name="identity"),
    path("earmark/webhook", views.webhook, name="webhook"),
    path("desks", views.desks, name="desks"),
    path("pictures", views.gallery, name="gallery"),
    path("pictures/<str:key>", views.picture_page, name="picture"),
    path("about", views.about, name="about"),
    path("healthz", views.healthz, name="healthz"),
    *staticfiles_urlpatterns(),
]
