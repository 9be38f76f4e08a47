"""What an operator may set, each by an environment variable ``KHABAR_<NAME>`` or in ``.env``.

``docs/operating.md`` lists them; nothing else in the program reads the environment.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One node's settings."""

    model_config = SettingsConfigDict(
        env_prefix="KHABAR_", env_file=".env", extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default=Path("var"),
        description="Folder of the database, the keys and the attachments. Back it up whole.",
    )
    database_url: str = Field(
        default="",
        description="Database address. Empty: an SQLite file, khabar.db, in the data folder.",
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port the server listens on.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes. More than one needs PostgreSQL."
    )
    forwarded_allow_ips: str = Field(
        default="127.0.0.1",
        description="Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Address tablets reach this node under; it is printed into enrolment codes.",
    )
    node_name: str = Field(
        default="Khabar node",
        min_length=1,
        max_length=120,
        description="Name people see. Taken at the first start and kept in the database.",
    )
    node_country: str = Field(
        default="KG",
        pattern=r"^[A-Z]{2}$",
        description="ISO 3166-1 code of the country the node serves. Taken at the first start.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line that is written."
    )
    reference_dir: Path | None = Field(
        default=None,
        description="Folder of the reference tables. Empty: those that come with the program.",
    )
    admin_password: SecretStr | None = Field(
        default=None,
        description="Password `khabar people add` takes instead of asking. For scripted set-up.",
    )

    @field_validator("public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _one_process_on_sqlite(self) -> Self:
        if self.workers > 1 and self.resolved_database_url.startswith("sqlite"):
            raise ValueError("workers must be 1 on SQLite: one process owns the one writer")
        return self

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'khabar.db'}"

    @property
    def attachments_dir(self) -> Path:
        return self.data_dir / "attachments"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"
