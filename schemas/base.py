"""The base of every wire model: strict, closed, unchanging."""

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """What travels. A type is what it says, an unknown member is an error, a model never changes.

    Pydantic's lax mode takes ``"7"`` for a number and ``"off"`` for false, so that two clients
    could disagree on what was sent; strict mode refuses both. The types in ``schemas/types.py``
    relax only what JSON has no type for.
    """

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        ser_json_inf_nan="null",
        validate_default=True,
    )
