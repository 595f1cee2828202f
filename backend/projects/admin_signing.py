"""Admin pages of what signs: addresses that are told, with their secrets, and the keys of identities."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backend.projects.actions.keys import new_signing_key, public_key_of
from backend.projects.actions.webhooks import call_at_once, end_rotation, rotate_secret
from backend.projects.errors import KeyUnusable
from backend.projects.models import SigningKey, Webhook, WebhookDelivery
from backend.projects.pages import CalledForm, EditableProjectRows, ProjectForm
from backend.projects.secrets import new_message_secret, seal


class WebhookForm(CalledForm):
    """An address that is told; its secret is made, never written here."""

    class Meta:
        model = Webhook
        fields = ["url", "is_active"]

    def clean_url(self) -> str:
        """Refuse an address that is never called, and one that is told already."""
        url = super().clean_url()
        if Webhook.objects.of(self.project).filter(url=url).exclude(pk=self.instance.pk).exists():
            raise ValidationError("This address is told already; make its secret anew from the list.")
        return url


@admin.register(Webhook)
class WebhookAdmin(EditableProjectRows):
    """Addresses that are told when a label changes; how it went is said under Webhooks."""

    when_empty = "Add an address of your server that is told when a label settles or does no longer."
    form = WebhookForm
    list_display = ["url", "is_active", "secrets_in_use", "created_at"]
    search_fields = ["url"]
    actions = ["make_new_secret", "end_with_old_secret"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An address is no record of anything."""
        return self.has_view_permission(request)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Say what goes: with an address go its messages, which are counted, for there may be very many."""
        told = WebhookDelivery.objects.filter(webhook__in=objs).count()
        return [str(one) for one in objs], {"addresses": len(objs), "messages to them": told}, set(), []

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        """Make a new address a secret, and show it once; call one that was changed at once, though it failed before."""
        if not change:
            _give_secret(request, obj)
        super().save_model(request, obj, form, change)
        call_at_once(webhooks=[obj], now=timezone.now())

    @admin.display(description="Secrets that sign")
    def secrets_in_use(self, webhook: Webhook) -> str:
        """Return whether one secret signs or two."""
        return "The newest and the one before it" if webhook.previous_secret else "One"

    @admin.action(description="Make a new secret; the old one signs too")
    def make_new_secret(self, request: HttpRequest, chosen: Any) -> None:
        """Make a secret for each, and show it once."""
        for webhook in chosen:
            _give_secret(request, webhook)

    @admin.action(description="Sign with the newest secret alone")
    def end_with_old_secret(self, request: HttpRequest, chosen: Any) -> None:
        """End the rotation of each."""
        for webhook in chosen:
            end_rotation(webhook=webhook)
        messages.success(request, "Only the newest secret signs now.")


def _give_secret(request: HttpRequest, webhook: Webhook) -> None:
    secret = new_message_secret()
    rotate_secret(webhook=webhook, secret=secret)
    messages.success(request, f"The secret of {webhook.url}, shown this once: {secret}")


class SigningKeyForm(ProjectForm):
    """A key by which identities are verified."""

    kid = forms.CharField(
        label="Name (kid)",
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text="What the host names as `kid` when it signs.",
    )
    public_key = forms.CharField(
        label="Public key",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget,
        help_text="Of Ed25519, as PEM. Left empty, a shared secret (HS256) is made and shown once.",
    )

    class Meta:
        model = SigningKey
        fields = ["kid"]

    def clean_kid(self) -> str:
        """Refuse a name that is taken in the project."""
        kid: str = self.cleaned_data["kid"]
        if SigningKey.objects.of(self.project).filter(kid=kid).exists():
            raise ValidationError(f"A key {kid} is there already, perhaps retired; take another name.")
        return kid

    def clean_public_key(self) -> bytes:
        """Refuse what is no public key of Ed25519, a private one above all."""
        try:
            return public_key_of(self.cleaned_data["public_key"])
        except KeyUnusable as error:
            raise ValidationError(str(error)) from None


@admin.register(SigningKey)
class SigningKeyAdmin(EditableProjectRows):
    """Keys by which identities are verified: add the next one, sign with it, then retire the one before."""

    when_empty = "Add a key with which your server signs who is looking; without one no page begins."
    form = SigningKeyForm
    list_display = ["kid", "algorithm", "created_at", "retired_at"]
    search_fields = ["kid"]
    actions = ["retire"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Show of a key that is there what is known of it, never the key."""
        return ["kid", "algorithm", "created_at", "retired_at"] if obj else ["kid", "public_key"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A key is not edited, only retired from the list."""
        return obj is None and self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: SigningKey, form: Any, change: bool) -> None:
        """Keep a public key, or make a shared secret and show it once."""
        public = form.cleaned_data["public_key"]
        shared = "" if public else new_signing_key()
        obj.algorithm = SigningKey.Algorithm.EDDSA if public else SigningKey.Algorithm.HS256
        obj.material = seal(public or shared.encode())
        if shared:
            messages.success(request, f"The signing key {obj.kid}, shown this once: {shared}")
        super().save_model(request, obj, form, change)

    @admin.action(description="Retire: identities it signs are refused from now on")
    def retire(self, request: HttpRequest, chosen: Any) -> None:
        """Take no more identities of each."""
        chosen.filter(retired_at=None).update(retired_at=timezone.now())
        messages.success(request, "Identities signed with these keys are refused from now on.")
