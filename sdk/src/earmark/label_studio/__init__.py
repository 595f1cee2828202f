"""Bring in what was labelled in Label Studio: its tasks as items, annotations as answers, predictions as guesses."""

from earmark.label_studio.bringing import LabelStudioOptions, LabelStudioReport, import_label_studio

__all__ = ["LabelStudioOptions", "LabelStudioReport", "import_label_studio"]
