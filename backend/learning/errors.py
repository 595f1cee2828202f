"""What can go wrong while suggesters learn.

LearningError
├── NotLearnable      a question whose kind no suggester learns
├── NothingFrozen     no frozen dataset version of the question, or none of that number
│   └── HoldsErased   a frozen version with answers of somebody who is erased since
├── NothingToLearn    a frozen version without any candidate that is known to be right
├── NotPromotable     a version that is not trained, or is live already
├── NotBetter         a version that is not surely better than what serves, without a reason to promote it
├── NothingLive       a question that no trained version serves, so there is nothing to step back from
└── AnotherIsLive     another version is live than the one that was to be stepped back from, or to be replaced
"""


class LearningError(Exception):
    """Something about training or promoting is not as it must be; `str()` says what to do."""


class NotLearnable(LearningError):
    """No suggester learns questions of this kind."""


class NothingFrozen(LearningError):
    """There is no such frozen version of the question's labels."""


class HoldsErased(NothingFrozen):
    """The frozen version holds answers of somebody who is erased since; it teaches nothing any more."""


class NothingToLearn(LearningError):
    """Nothing in the version's train split is known to be right, or the candidates of none of it are found."""


class NotPromotable(LearningError):
    """The version is not trained yet, failed, or is live already."""


class NotBetter(LearningError):
    """The interval of the version's gain does not lie above nought, and no reason was given."""


class NothingLive(LearningError):
    """No trained version of the question is live."""


class AnotherIsLive(LearningError):
    """Another version than the one that was looked at is live by now."""
