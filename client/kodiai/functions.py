"""Every SQL function as a method, for the synchronous and the asynchronous client."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from . import knowledge, learning, search, telemetry
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

    claim_run = Method(knowledge.claim_run)
    complete_run = Method(knowledge.complete_run)
    delete_checkpoint = Method(knowledge.delete_checkpoint)
    get_author = Method(knowledge.get_author)
    get_checkpoint = Method(knowledge.get_checkpoint)
    get_finding_by_comment = Method(knowledge.get_finding_by_comment)
    get_last_reviewed_sha = Method(knowledge.get_last_reviewed_sha)
    get_repo_stats = Method(knowledge.get_repo_stats)
    list_feedback_patterns = Method(knowledge.list_feedback_patterns)
    list_finding_comments = Method(knowledge.list_finding_comments)
    list_open_runs = Method(knowledge.list_open_runs)
    list_prior_findings = Method(knowledge.list_prior_findings)
    list_repo_trends = Method(knowledge.list_repo_trends)
    purge_authors = Method(knowledge.purge_authors)
    purge_runs = Method(knowledge.purge_runs)
    record_dep_bump_merge = Method(knowledge.record_dep_bump_merge)
    record_feedback_reactions = Method(knowledge.record_feedback_reactions)
    record_findings = Method(knowledge.record_findings)
    record_global_pattern = Method(knowledge.record_global_pattern)
    record_review = Method(knowledge.record_review)
    record_suppressions = Method(knowledge.record_suppressions)
    release_run = Method(knowledge.release_run)
    save_checkpoint = Method(knowledge.save_checkpoint)
    set_checkpoint_comment = Method(knowledge.set_checkpoint_comment)
    set_finding_comment = Method(knowledge.set_finding_comment)
    upsert_author = Method(knowledge.upsert_author)

    count_recent_timeouts = Method(telemetry.count_recent_timeouts)
    get_retrieval_quality = Method(telemetry.get_retrieval_quality)
    list_cost_by_day = Method(telemetry.list_cost_by_day)
    list_cost_by_model = Method(telemetry.list_cost_by_model)
    purge_telemetry = Method(telemetry.purge_telemetry)
    record_rate_limit_event = Method(telemetry.record_rate_limit_event)
    record_resilience_event = Method(telemetry.record_resilience_event)
    record_retrieval_quality_event = Method(telemetry.record_retrieval_quality_event)
    record_telemetry_event = Method(telemetry.record_telemetry_event)

    get_memories = Method(learning.get_memories)
    has_memory = Method(learning.has_memory)
    mark_stale_memories = Method(learning.mark_stale_memories)
    purge_stale_memories = Method(learning.purge_stale_memories)
    rename_repo = Method(learning.rename_repo)
    set_embedding_model = Method(learning.set_embedding_model)
    write_memories = Method(learning.write_memories)
    write_memory = Method(learning.write_memory)

    check_search = Method(search.check_search)
    rebuild_postings = Method(search.rebuild_postings)
    search_findings = Method(search.search_findings)
    search_memories = Method(search.search_memories)
