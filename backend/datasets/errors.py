"""What can go wrong around datasets.

DatasetError
├── VersionNotFrozen    a file of a version that is still being built, or failed
└── FileDamaged         a file whose bytes are not those that were frozen
"""


class DatasetError(Exception):
    """Something about a dataset is not as it must be."""


class VersionNotFrozen(DatasetError):
    """The version is still being built, or failed."""


class FileDamaged(DatasetError):
    """The bytes on disk are not those that were frozen."""
