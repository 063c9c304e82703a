"""Exceptions. The message ends with a hint where there is one; ``hint`` has it alone."""


class GradinoError(Exception):
    """What can go wrong in gradino."""

    hint: str | None = None


class ConfigError(GradinoError, ValueError):
    """A configuration, a name or a value that cannot be."""


class FileError(GradinoError, OSError):
    """A file that cannot be read or written."""


class PhysicsError(GradinoError):
    """A state or an energy that the models do not cover."""


for _class in (GradinoError, ConfigError, FileError, PhysicsError):
    _class.__module__ = "gradino"
