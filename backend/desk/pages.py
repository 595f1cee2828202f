"""The desk's page: a shell without any data, the same for every address. What it shows, its script asks for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_safe

TITLES = {"en": "Labelling desk", "de": "Annotationsplatz", "es": "Mesa de etiquetado", "ar": "منصة التصنيف"}
WITHOUT_SCRIPT = {
    "en": "This page needs JavaScript to show you what to label.",
    "de": "Diese Seite braucht JavaScript, um zu zeigen, was zu bewerten ist.",
    "es": "Esta página necesita JavaScript para mostrar qué hay que etiquetar.",
    "ar": "تحتاج هذه الصفحة إلى JavaScript لعرض ما يُطلب تصنيفه.",
}
RIGHT_TO_LEFT = {"ar"}
POLICY = "; ".join(  # pictures of region questions lie at the hosts, and the page is the same for all of them
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: https:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)


@require_safe
def shell(request: HttpRequest, question: str) -> HttpResponse:
    """Return the page that runs the desk's script; whether the question is there, only its link may ask."""
    lang = language_of(request)
    facts = {
        "lang": lang,
        "dir": "rtl" if lang in RIGHT_TO_LEFT else "ltr",
        "title": TITLES[lang],
        "without_script": WITHOUT_SCRIPT[lang],
    }
    response = render(request, "desk/shell.html", facts)
    response["Content-Security-Policy"] = POLICY.replace(" https:", " https: http:") if settings.DEBUG else POLICY
    response["X-Frame-Options"] = "DENY"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept-Language"
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language asked for by `?lang=`, else the first of the browser's that we speak, else English."""
    told = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500])
    wanted = [request.GET.get("lang", ""), *(name for name, _ in told)]
    spoken = (name.lower().partition("-")[0] for name in wanted)
    return next((name for name in spoken if name in TITLES), "en")
