"""Let connect() be used with `async with` or with `await`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Opened = TypeVar("Opened", bound=AbstractAsyncContextManager[Any])


class Opening(Coroutine[Any, Any, Opened], Generic[Opened]):
    """The result of connect(): ``async with`` opens and closes, ``await`` opens."""

    def __init__(self, opened: Coroutine[Any, Any, Opened]) -> None:
        self._coroutine = opened

    def __await__(self) -> Generator[Any, Any, Opened]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    async def __aenter__(self) -> Opened:
        self._opened = await self
        return self._opened

    async def __aexit__(self, *error: object) -> None:
        await self._opened.__aexit__(*error)  # type: ignore[arg-type]


def opening(
    connect: Callable[Arguments, Coroutine[Any, Any, Opened]],
) -> Callable[Arguments, Opening[Opened]]:
    """Make the result of a coroutine function usable with ``async with`` too."""

    @wraps(connect)
    def connecting(
        *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Opening[Opened]:
        return Opening(connect(*args, **kwargs))

    return connecting
