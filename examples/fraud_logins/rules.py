"""What the team thinks it knows of stolen logins. Some of it is a prejudice; the analysis shows which."""

from earmark.rules import Vote, rule

MANY_FAILURES = 4


@rule
def impossible_travel(item):
    """Nobody travels that fast."""
    speed = item.metadata["km_h"]
    return Vote("stolen", reason=f"{speed} km/h since the last login") if speed > 900 else None


@rule
def hosting_network(item):
    """It comes from a hosting provider, with a device never seen before."""
    facts = item.metadata
    return "stolen" if facts["is_hosting"] and not facts["knows_device"] else None


@rule
def many_failures(item):
    """Many attempts failed before it."""
    failed = item.metadata["failed_count"]
    return Vote("stolen", 0.6, f"{failed} failed attempts before it") if failed >= MANY_FAILURES else None


@rule
def far_away(item):
    """It comes from a country that few customers live in."""
    return "stolen" if item.metadata["country"] in ("VN", "NG", "IN") else None


@rule
def known_device(item):
    """The device was seen before."""
    return "genuine" if item.metadata["knows_device"] else None


@rule
def second_factor(item):
    """The second factor was given."""
    return Vote("genuine", 0.8) if item.metadata["second_factor"] else None
