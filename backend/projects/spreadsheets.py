"""What a spreadsheet takes for a formula. Pure."""

FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""First characters; the last four are the first four in full width, which some spreadsheets take for them."""


def harmless(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text
