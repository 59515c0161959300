-- Deploy kodiai:knowledge/functions/record_findings to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_findings(
  p_review_id bigint,
  p_findings jsonb
)
returns table (ordinal integer, finding_id bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_findings(p_findings);
  perform _lock_review(p_review_id);

  return query
  select f.ord::integer, f.id
  from unnest(_insert_findings(p_review_id, p_findings)) with ordinality as f (id, ord)
  order by f.ord;
end
$$;

comment on function record_findings is
'Add findings to an existing review, all or nothing.

Updates the counts of the review and its entries in suppression_log. Not idempotent: each call
adds the findings again. For safe retries, pass the findings to record_review.

Arguments:
  p_review_id: 1 or more; review id
  p_findings: array of NewFinding objects; at most 10000 findings
    - file_path (text, required): 1 to 1000 bytes; path of the file, relative to the repository
      root; stored without ./, repeated slashes and backslashes, and in NFC
    - start_line (bigint): 1 or more; first line; null if unknown
    - end_line (bigint): start_line or more; last line; null if unknown
    - severity (critical | major | medium | minor, required): how bad it is
    - category (security | correctness | performance | style | documentation, required): kind of
      problem
    - confidence (integer, required): 0 to 100; how sure the agent was
    - title (text, required): 1 to 500 characters; the finding in one line
    - suppressed (boolean): whether the finding was suppressed; default true if
      suppression_pattern is given, else false
    - suppression_pattern (text): 1 to 500 characters; suppression rule that matched it; null if
      none
    - comment_id (bigint): GitHub comment id; requires comment_surface; null if not posted
    - comment_surface (text): 1 to 200 characters; kind of comment, such as
      pull_request_review_comment; requires comment_id; null if not posted
    - review_output_key (text): 1 to 500 characters; key of the review output that contains the
      finding; null if unknown

Result: rows, each a RecordedFinding, in input order.
  ordinal: 1-based position in p_findings
  finding_id: id of the finding

Errors:
  22004: an argument or a required key is missing; the message names it
  22023: an argument or key is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed the same review;
    retry the transaction
  KB001: the review does not exist

Example:
  p_review_id => 1
  p_findings => ''[{"file_path": "src/auth.py", "severity": "major", "category": "correctness",
    "confidence": 80, "title": "user may be None"}]''';

grant execute on function record_findings to :"app";

commit;
