"""Who is signed in: one of four customers or a colleague, without passwords, for this is a sample."""

from typing import Any

from django.http import HttpRequest

CUSTOMERS = {f"customer-{number}": f"Customer {number}" for number in range(1, 5)}
COLLEAGUES = {"colleague-1": "Colleague"}
PEOPLE = CUSTOMERS | COLLEAGUES


def customer_of(request: HttpRequest) -> str | None:
    """Return the opaque id of the signed-in customer, or None."""
    found = request.session.get("customer")
    return found if found in CUSTOMERS else None


def colleague_of(request: HttpRequest) -> str | None:
    """Return the opaque id of the signed-in colleague, or None."""
    found = request.session.get("customer")
    return found if found in COLLEAGUES else None


def signed_in(request: HttpRequest) -> dict[str, Any]:
    """Tell templates who is signed in, who could be, and where a person stays who signs in or out."""
    person = request.session.get("customer", "")
    return {
        "customer": customer_of(request),
        "colleague": colleague_of(request),
        "person_name": PEOPLE.get(person),
        "people": PEOPLE,
        "here": request.get_full_path(),
    }
