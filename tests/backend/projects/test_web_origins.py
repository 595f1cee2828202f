"""Web origins are kept as browsers spell them, wherever they are given."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from backend.projects.errors import WebOriginUnusable
from backend.projects.models import Project, StaffMember, WebOrigin
from backend.projects.web_origins import web_origin


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://localhost:5173/", "http://localhost:5173"),
        (" HTTPS://Forum.Example.org/ ", "https://forum.example.org"),
        ("https://forum.example.org:443", "https://forum.example.org"),
        ("http://forum.example.org:443", "http://forum.example.org:443"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://[0:0::1]:8000", "http://[::1]:8000"),
    ],
)
def test_it_is_spelt_as_browsers_do(written, spelt):
    assert web_origin(written) == spelt


@pytest.mark.parametrize(
    ("written", "to_do"),
    [
        ("localhost:5173", "Begin with http"),
        ("forum.example.org", "Begin with http"),
        ("https://", "Begin with http"),
        ("ftp://forum.example.org", "Begin with http"),
        ("https://forum.example.org/t/1", "Leave away"),
        ("https://forum.example.org?page=1", "Leave away"),
        ("https://ann:secret@forum.example.org", "Leave away"),
        ("https://forum.example.org:port", "cannot be read"),
        ("https://[", "cannot be read"),
        ("https://*.example.org", "each host by itself"),
        ("https://a.example.org,b.example.org", "each host by itself"),
        ("https://forum example.org", "each host by itself"),
        ("https://straße.example", "xn--"),
    ],
)
def test_what_is_none_is_refused_with_what_to_write(written, to_do):
    with pytest.raises(WebOriginUnusable, match=to_do):
        web_origin(written)


@pytest.mark.django_db(transaction=True)
def test_the_form_lists_it_for_the_chosen_project_and_says_what_is_wrong(make_world):
    world = make_world()
    user = get_user_model().objects.create(username="ann", is_staff=True, is_superuser=True)
    StaffMember.objects.create(project=world.project, user=user)
    staff, at = Client(), reverse("admin:projects_weborigin_add")
    staff.force_login(user)
    assert f'<option value="{world.project.pk}" selected>' in staff.get(at).content.decode()
    given = {"project": world.project.pk, "origin": "localhost:5173"}
    refused = staff.post(at, given).content.decode()
    assert "Begin with http:// or https://" in refused and "Constraint" not in refused
    staff.post(at, given | {"origin": "http://LOCALHOST:5173/"})
    assert WebOrigin.objects.filter(project=world.project, origin="http://localhost:5173").exists()


@pytest.mark.django_db(transaction=True)
def test_a_project_is_not_registered_with_what_is_none():
    with pytest.raises(CommandError, match="Begin with http"):
        call_command("register_project", "shop", web_origin=["shop.example"])
    assert not Project.objects.filter(slug="shop").exists()
    call_command("register_project", "shop", web_origin=["https://shop.example/"])
    assert WebOrigin.objects.filter(project__slug="shop").get().origin == "https://shop.example"
