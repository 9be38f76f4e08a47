"""The form documents as the tablet keeps them: every published version, by the hash of its text."""

from collections.abc import Mapping

from clients.tablet.file import TabletFile
from clients.wire import Object, read_object
from clients.wire_reference import FormIndex


class Forms:
    """The forms that the node publishes: their JSON Schema and what people see of each field."""

    __slots__ = ("_file",)

    def __init__(self, file: TabletFile) -> None:
        self._file = file

    @property
    def digest(self) -> str:
        """Of the newest index that is here whole; empty when none ever was."""
        return self._file.get("forms_digest") or ""

    def document(self, form: str) -> Object | None:
        """The document of ``seizure/2``."""
        row = self._file.one("SELECT document FROM form WHERE form = ?", form)
        return None if row is None else read_object(row[0].encode())

    def current(self) -> Mapping[str, str]:
        """Form name to the version that new reports are written in, as the node has it."""
        return dict(self._file.all("SELECT name, form FROM form WHERE is_current ORDER BY name"))

    def digests(self) -> Mapping[str, str]:
        """Each version that is here to the hash of its document."""
        return dict(self._file.all("SELECT form, digest FROM form ORDER BY form"))

    def put(self, form: str, digest: str, document: str) -> None:
        """Take in one document. Which versions are current is the index's to say."""
        self._file.run(
            "INSERT INTO form VALUES (?, ?, 0, ?, ?) ON CONFLICT (form)"
            " DO UPDATE SET digest = excluded.digest, document = excluded.document",
            form,
            form.partition("/")[0],
            digest,
            document,
        )

    def finish(self, index: FormIndex) -> None:
        """Every document of the index is here: what it says holds from now on."""
        for form in self.digests():
            self._file.run(
                "UPDATE form SET is_current = ? WHERE form = ?",
                int(form in index.current.values()),
                form,
            )
        self._file.put({"forms_digest": index.digest})
