"""Client of kodiai, the long-term memory of a code-review agent.

The database is the program: this package calls its functions and does nothing else.
"""

from ._async.client import AsyncClient
from ._sync.client import Client
from .call import Call, JsonLike, VectorLike
from .errors import (
    UnknownCheckpointError,
    UnknownFindingError,
    UnknownReviewError,
    UnknownRunError,
)
from .knowledge import (
    Author,
    Checkpoint,
    Claim,
    CompletedRun,
    FeedbackPattern,
    Finding,
    OpenRun,
    RecordedFinding,
    RecordedMerge,
    RecordedPattern,
    RecordedReaction,
    RecordedReview,
    RecordedSuppression,
    RepoDay,
    RepoStats,
    ReviewedCommit,
    SavedCheckpoint,
    TopFile,
    UpsertedAuthor,
)
from .learning import (
    Memory,
    RenamedRows,
    WrittenMemories,
    WrittenMemory,
)
from .search import FoundFinding, FoundMemory, SearchCheck
from .telemetry import (
    DayCost,
    ModelCost,
    RecordedEvent,
    RetrievalQuality,
)

__all__ = [
    "AsyncClient",
    "Author",
    "Call",
    "Checkpoint",
    "Claim",
    "Client",
    "CompletedRun",
    "DayCost",
    "FeedbackPattern",
    "Finding",
    "FoundFinding",
    "FoundMemory",
    "JsonLike",
    "Memory",
    "ModelCost",
    "OpenRun",
    "RecordedEvent",
    "RecordedFinding",
    "RecordedMerge",
    "RecordedPattern",
    "RecordedReaction",
    "RecordedReview",
    "RecordedSuppression",
    "RenamedRows",
    "RepoDay",
    "RepoStats",
    "RetrievalQuality",
    "ReviewedCommit",
    "SavedCheckpoint",
    "SearchCheck",
    "TopFile",
    "UnknownCheckpointError",
    "UnknownFindingError",
    "UnknownReviewError",
    "UnknownRunError",
    "UpsertedAuthor",
    "VectorLike",
    "WrittenMemories",
    "WrittenMemory",
]
