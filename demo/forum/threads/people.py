"""Who is signed in: one of four customers, without passwords, for this is a sample."""

from typing import Any

from django.http import HttpRequest

CUSTOMERS = {f"customer-{number}": f"Customer {number}" for number in range(1, 5)}


def customer_of(request: HttpRequest) -> str | None:
    """Return the opaque id of the signed-in customer, or None."""
    found = request.session.get("customer")
    return found if found in CUSTOMERS else None


def signed_in(request: HttpRequest) -> dict[str, Any]:
    """Tell templates who is signed in, and who could be."""
    customer = customer_of(request)
    return {"customer": customer, "customer_name": CUSTOMERS.get(customer or ""), "customers": CUSTOMERS}
