"""Client of kodiai, the long-term memory of a code-review agent.

The database is the program: this package calls its functions and does nothing else.
"""

from ._async.client import AsyncClient
from ._sync.client import Client
from .call import Call, VectorLike
from .learning import FoundMemory, Memory, WrittenMemories, WrittenMemory

__all__ = [
    "AsyncClient",
    "Call",
    "Client",
    "FoundMemory",
    "Memory",
    "VectorLike",
    "WrittenMemories",
    "WrittenMemory",
]
