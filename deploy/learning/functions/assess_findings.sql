-- Deploy kodiai:learning/functions/assess_findings to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function assess_findings(
  p_repo text,
  p_findings jsonb,
  p_embeddings vector[] default null,
  p_owner text default null,
  p_min_voices bigint default 2,
  p_ratio double precision default 4,
  p_min_similarity double precision default null,
  p_half_life interval default '365 days',
  p_limit bigint default 25,
  p_embedding_model text default null
)
returns table (
  ordinal integer,
  verdict text,
  confidence double precision,
  odds double precision,
  voices_for bigint,
  voices_against bigint,
  weight_for double precision,
  weight_against double precision,
  memory_ids bigint[],
  memory_weights double precision[],
  is_protected boolean,
  reason text
)
language plpgsql stable parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  p_owner := (_check_scope(p_repo, p_owner)).owner;
  perform _check_objects(
    'learning_memories', 'p_findings', p_findings,
    array['finding_text', 'severity', 'category', 'file_path?']
  );
  if cardinality(p_embeddings) <> jsonb_array_length(p_findings) then
    perform _reject_argument(
      'p_embeddings',
      format('%s elements, one per finding', jsonb_array_length(p_findings)),
      cardinality(p_embeddings)::text
    );
  end if;
  perform _collect_embeddings(p_findings, p_embeddings, false);
  perform _check_assessment_arguments(
    p_min_voices, p_ratio, p_min_similarity, p_half_life, p_limit, p_embedding_model
  );

  return query
  select
    a.ordinal::integer,
    a.verdict, a.confidence, a.odds, a.voices_for, a.voices_against, a.weight_for,
    a.weight_against, a.memory_ids, a.memory_weights, a.is_protected, a.reason
  from _assess_findings(
    p_repo, p_owner, p_findings, p_embeddings, p_min_voices, p_ratio, p_min_similarity,
    p_half_life, p_limit, p_embedding_model
  )
  with ordinality as a (
    verdict, confidence, odds, voices_for, voices_against, weight_for, weight_against, nearest,
    memory_ids, memory_weights, is_protected, reason, ordinal
  );
end
$$;

comment on function assess_findings is
'Assess all findings of a review in one call.

As assess_finding for each; a review of 20 findings takes less time than 20 calls.

Arguments:
  p_repo: owner/name; repository of the findings
  p_findings: array of FindingToAssess objects; at most 10000
    - finding_text (text, required): 1 to 100000 characters; what was found
    - severity (critical | major | medium | minor, required): how bad the problem is
    - category (security | correctness | performance | style | documentation, required): kind of
      problem
    - file_path (text): 1 to 1000 bytes; path of the file, relative to the repository root
  p_embeddings: array of vectors of embedding_dim dimensions, at most 10000, one per finding; an
    element may be null; null for none
  p_owner: owner of p_repo; adds the memories of all repositories of this owner; null for those of
    p_repo only
  p_min_voices: 1 to 1000; number of voices that a verdict needs, besides the person whose voice
    weighs most; with 1, one person may decide alone
  p_ratio: 1 to 50; odds that decide
  p_min_similarity: 0 to 1; cosine similarity below which the nearest memory says nothing; null for
    the calibrated one (calibrate_similarity)
  p_half_life: 1 hour or more; time after which a voice weighs half; null for never
  p_limit: 1 to 1000; number of nearest memories of each arm that count
  p_embedding_model: model of the embeddings; null for the active one

Result: rows, each an OrdinalAssessment, one per finding in their order.
  ordinal: 1-based position in p_findings
  verdict: suppress | keep | boost | unknown; suppress if the team does not want the finding, boost
    if it has wanted similar ones, keep if the evidence does not decide, unknown if there is none
  confidence: 0 to 1; probability that the verdict is right, as far as the evidence goes; for keep,
    that the finding is wanted; 0 for unknown
  odds: odds that the finding is not wanted; null without evidence
  voices_for: number of voices for suppression among the nearest p_limit memories
  voices_against: number of voices against it among them
  weight_for: sum of the weights of the voices for suppression, by the vector arm, or else by the
    text arm; 1 is a new voice about the nearest memory
  weight_against: the same against it
  memory_ids: memories whose voices count, largest weight first; null without evidence
  memory_weights: -1 to 1; share of each in the evidence, positive for suppression
  is_protected: whether the finding is protected
  reason: why, in a sentence

Errors:
  22004: a required argument or key is null; the message names it
  22023: an argument or key is invalid, or p_embeddings has another length than p_findings; the
    message names it

Example:
  p_repo => ''acme/api''
  p_findings => ''[{"finding_text": "user may be None when the session has expired",
    "severity": "medium", "category": "correctness"}]''';

grant execute on function assess_findings to :"app", :"reader";

commit;
