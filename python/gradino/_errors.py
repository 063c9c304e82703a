"""Exceptions. The message ends with a hint where there is one; ``hint`` has it alone."""


class GradinoError(Exception):
    """What can go wrong in gradino."""

    hint: str | None = None


class ConfigError(GradinoError, ValueError):
    """A configuration, a name or a value that cannot be."""


def mistake(message: str, hint: str | None = None) -> ConfigError:
    """A ``ConfigError`` with a hint."""
    error = ConfigError(message if hint is None else f"{message}\nhint: {hint}")
    error.hint = hint
    return error


class FileError(GradinoError, OSError):
    """A file that cannot be read or written."""


class PhysicsError(GradinoError):
    """A state or an energy that the models do not cover."""


class DerivativeError(GradinoError, NotImplementedError):
    """A second derivative of a layer, which has first derivatives only."""

    hint = "take one gradient; of curvatures use the expected one, from the derivatives of a histogram"

    def __init__(self) -> None:
        super().__init__(f"the simulation has first derivatives only, a second one was asked for\nhint: {self.hint}")


for _class in (GradinoError, ConfigError, DerivativeError, FileError, PhysicsError):
    _class.__module__ = "gradino"
