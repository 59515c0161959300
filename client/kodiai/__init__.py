"""Client of kodiai, the long-term memory of a code-review agent.

The database is the program: this package calls its functions and does nothing else.
"""

from . import knowledge, learning, literals, search, telemetry
from ._async.client import AsyncClient
from ._sync.client import Client
from .errors import (
    UnknownCheckpointError,
    UnknownFindingError,
    UnknownReviewError,
    UnknownRunError,
)
from .knowledge import *  # noqa: F403
from .learning import *  # noqa: F403
from .literals import *  # noqa: F403
from .parameters import JsonLike, VectorLike
from .search import *  # noqa: F403
from .telemetry import *  # noqa: F403

__all__ = [
    "AsyncClient",
    "Client",
    "JsonLike",
    "UnknownCheckpointError",
    "UnknownFindingError",
    "UnknownReviewError",
    "UnknownRunError",
    "VectorLike",
]
__all__ += knowledge.__all__
__all__ += learning.__all__
__all__ += literals.__all__
__all__ += search.__all__
__all__ += telemetry.__all__
