"""Every SQL function as a method, for the synchronous and the asynchronous client."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from . import learning
from .call import Call

if TYPE_CHECKING:
    from ._async.client import AsyncClient
    from ._sync.client import Client

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Method(Generic[Arguments, Result]):
    """Makes the description of a call a method that executes it.

    On a client it returns the result; on an asynchronous client, an awaitable of it.
    """

    def __init__(self, describe: Callable[Arguments, Call[Result]]) -> None:
        self.describe = describe

    @overload
    def __get__(
        self, client: Client, owner: type[Client]
    ) -> Callable[Arguments, Result]: ...
    @overload
    def __get__(
        self, client: AsyncClient, owner: type[AsyncClient]
    ) -> Callable[Arguments, Coroutine[Any, Any, Result]]: ...
    @overload
    def __get__(
        self, client: None, owner: type[Functions]
    ) -> Callable[Arguments, Call[Result]]: ...
    def __get__(self, client: Any, owner: Any) -> Any:
        if client is None:
            return self.describe

        @wraps(self.describe)
        def method(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Any:
            return client.call(self.describe(*args, **kwargs))

        return method


class Functions:
    """The functions of the database, by area."""

    get_memories = Method(learning.get_memories)
    has_memory = Method(learning.has_memory)
    search_memories = Method(learning.search_memories)
    set_embedding_model = Method(learning.set_embedding_model)
    write_memories = Method(learning.write_memories)
    write_memory = Method(learning.write_memory)
