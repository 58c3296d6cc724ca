"""The error tree: operational problems only; bad data is a value (`Rejected`), never an exception.

NewslakeError            every error of ours, with a hint and whether it passes by itself
├── SettingsError        an option, variable or file that can't be used (exit code 2)
├── QueryError           SQL that the database refuses
├── SeedsError           a folder of seeds that isn't there or can't be listed (exit code 2)
├── LakeError            the lake can't be opened, read or written
│   ├── LakeMissing      there is no lake here yet
│   ├── LakeTooNew       written by a newer version
│   ├── LakeLocked       another writer holds the lock (passing)
│   └── DiskFull         no space left for the next batch
└── WorkerError          the pool of worker processes can't be started
"""


class NewslakeError(Exception):
    """An operational problem: `message` says what happened, `hint` what the operator can do."""

    passing = False
    """Whether trying again later may help: the only rule for retries."""
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)  # both as args, so that it survives pickling
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class SettingsError(NewslakeError):
    """An option, variable or file that can't be used."""

    exit_code = 2


class QueryError(NewslakeError):
    """SQL that the database refuses; the message holds the position."""


class SeedsError(NewslakeError):
    """A folder of seeds that isn't there or can't be listed."""

    exit_code = 2


class LakeError(NewslakeError):
    """The lake can't be opened, read or written."""


class LakeMissing(LakeError):
    """There is no lake here yet."""


class LakeTooNew(LakeError):
    """The lake was written by a newer version of newslake."""


class LakeLocked(LakeError):
    """Another writer holds the lake's lock."""

    passing = True


class DiskFull(LakeError):
    """No space is left for the next batch; what was committed is safe."""


class WorkerError(NewslakeError):
    """The pool of worker processes can't be started."""
