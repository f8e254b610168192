"""Imports that wait: modules which a library imports at its start and needs for other work than ours.

Within `postponed`, such a module is a stand-in, and what is taken out of it is a promise: the module itself is imported
when a promise is first used, so nothing is missing, only later. What cannot wait is decided by what is known anyway:
nothing is an instance of a class whose module was never imported.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from threading import get_ident
from types import ModuleType
from typing import Any, Union


@contextmanager
def postponed(names: Sequence[str], *, marks: Sequence[str] = ()) -> Iterator[None]:
    """Let this thread's imports of some modules wait until they are used.

    Args:
        names: The modules, what lies below them included; those that are imported already stay what they are.
        marks: Dotted names of decorators in them that only mark a function for a compiler: they leave it as it is.
    """
    finder = _Finder(tuple(names), frozenset(marks))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.standing_in():
            finder.withdraw(name)
        finder.is_open = False


class _Finder(Loader):
    """Finds stand-ins, and takes them away again.

    Args:
        names: For which modules.
        marks: As `postponed` has them.
    """

    def __init__(self, names: tuple[str, ...], marks: frozenset[str]) -> None:
        self._names = names
        self._marks = marks
        self._thread = get_ident()
        self._paused = 0
        self.is_open = True

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """A stand-in for `name`, if it is to wait and is asked for by who let it."""
        if self._paused or get_ident() != self._thread or not any(_is_within(name, one) for one in self._names):
            return None
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module that promises whatever it is asked for."""
        return _StandIn(spec.name, self)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: that is what waits."""

    def standing_in(self) -> list[str]:
        """The modules that stand-ins of this finder take the place of."""
        return [name for name, one in list(sys.modules.items()) if isinstance(one, _StandIn) and one.finder is self]

    def withdraw(self, name: str) -> None:
        """Take a stand-in away, so that the next import of the module is one."""
        stand_in = sys.modules.pop(name)
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and sys.modules[parent].__dict__.get(child) is stand_in:
            delattr(sys.modules[parent], child)

    def real(self, name: str) -> ModuleType:
        """The module itself, imported now if it is not yet; what it imports in turn is no stand-in either."""
        if isinstance(sys.modules.get(name, None), _StandIn) or name not in sys.modules:
            for one in self.standing_in():
                self.withdraw(one)
            self._paused += 1
            try:
                return importlib.import_module(name)
            finally:
                self._paused -= 1
        return sys.modules[name]

    def is_mark(self, name: str) -> bool:
        """Whether `name` is a decorator that leaves functions as they are, as long as nothing has been imported."""
        return self.is_open and name in self._marks


class _StandIn(ModuleType):
    """In place of a module that was not imported yet."""

    def __init__(self, name: str, finder: _Finder) -> None:
        super().__init__(name)
        self.finder = finder

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system asks for
            raise AttributeError(name)
        if self.finder.is_open and sys.modules.get(self.__name__) is self:
            return _Promise(self.finder, self.__name__, name)
        return getattr(self.finder.real(self.__name__), name)


class _Promise:
    """Something in a module that was not imported yet: a function, or a class."""

    def __init__(self, finder: _Finder, module: str, name: str) -> None:
        self._finder, self._module, self._name = finder, module, name

    def _kept(self) -> Any:
        return getattr(self._finder.real(self._module), self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._finder.is_mark(f"{self._module}.{self._name}"):
            return args[0] if args and args[0] is not None else _unchanged
        return self._kept()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._kept(), name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._kept(),)

    def __instancecheck__(self, instance: object) -> bool:
        there = sys.modules.get(self._module)
        return there is not None and not isinstance(there, _StandIn) and isinstance(instance, self._kept())

    def __subclasscheck__(self, subclass: type) -> bool:
        there = sys.modules.get(self._module)
        return there is not None and not isinstance(there, _StandIn) and issubclass(subclass, self._kept())

    def __or__(self, other: Any) -> Any:  # in an annotation
        return Union[self, other]  # noqa: UP007 - a promise has no `|` of a type

    def __ror__(self, other: Any) -> Any:
        return Union[other, self]  # noqa: UP007


def _unchanged(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
