"""What a sync did and what went wrong: the report that a person or a program reads afterwards."""

from dataclasses import dataclass, field

from clients.http import Answer, Lost, Refusal


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that did not go as it should. ``about`` names the lane, ``reason`` is a slug."""

    about: str
    reason: str
    retry: str = "later"
    """``later``: the next sync tries again by itself; ``never``: a person has to look."""


@dataclass(slots=True)
class SyncReport:
    """One sync, told. Complete when nothing is left to send and everything was read."""

    lines_handed_in: int = 0
    reports_taken: int = 0
    reports_left: int = 0
    attachments_sent: int = 0
    bundles_carried: int = 0
    reference_rows_taken: int = 0
    forms_taken: int = 0
    is_repaired: bool = False
    """The replica had drifted and was put right from the manifest (S3, S5)."""
    is_wiped: bool = False
    retry_after_ms: int | None = None
    """When the node asked to be left alone for so long."""
    troubles: list[Trouble] = field(default_factory=list[Trouble])

    @property
    def is_complete(self) -> bool:
        return not self.troubles

    def note(self, about: str, reason: str, retry: str = "later") -> None:
        trouble = Trouble(about, reason, retry)
        if trouble not in self.troubles:
            self.troubles.append(trouble)

    def note_answer(self, about: str, answer: Answer) -> None:
        """Tell of a request that was not served."""
        match answer:
            case Refusal():
                self.note(about, answer.slug, answer.retry)
                if answer.retry_after_ms is not None:
                    self.retry_after_ms = answer.retry_after_ms
            case Lost(reason):
                self.note(about, reason)
            case _:
                self.note(about, "garbled")
