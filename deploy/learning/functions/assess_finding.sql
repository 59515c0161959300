-- Deploy kodiai:learning/functions/assess_finding to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function assess_finding(
  p_repo text,
  p_finding_text text,
  p_severity text,
  p_category text,
  p_embedding vector default null,
  p_file_path text default null,
  p_owner text default null,
  p_min_voices bigint default 2,
  p_ratio double precision default 4,
  p_min_similarity double precision default null,
  p_half_life interval default '365 days',
  p_limit bigint default 25,
  p_embedding_model text default null
)
returns table (
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
declare
  v_finding jsonb := jsonb_build_object(
    'finding_text', p_finding_text, 'severity', p_severity, 'category', p_category
  );
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  p_owner := (_check_scope(p_repo, p_owner)).owner;
  perform _check_arguments('learning_memories', v_finding);
  perform _check_optional('p_file_path', p_file_path, 'file_path');
  perform _collect_embeddings('[{}]', array[p_embedding], true);
  perform _check_assessment_arguments(
    p_min_voices, p_ratio, p_min_similarity, p_half_life, p_limit, p_embedding_model
  );

  return query
  select
    a.verdict, a.confidence, a.odds, a.voices_for, a.voices_against, a.weight_for,
    a.weight_against, a.memory_ids, a.memory_weights, a.is_protected, a.reason
  from _assess_findings(
    p_repo, p_owner,
    jsonb_build_array(v_finding || jsonb_build_object('file_path', p_file_path)),
    array[p_embedding], p_min_voices, p_ratio, p_min_similarity, p_half_life, p_limit,
    p_embedding_model
  ) as a;
end
$$;

comment on function assess_finding is
'Assess whether the team has already said that it does not want a finding.

Call it before the finding is posted. It only reads, so it may run on a replica. record_assessment
records what the agent made of it.

Evidence. The voices about similar memories (teach_memory) are pooled: suppressed and thumbs_down
speak for suppression, accepted and thumbs_up against it. Both arms of search_memories find
memories; the nearest p_limit of each arm count. A voice weighs exp(-2 * z), where z is how many
calibrated deviations its memory is less similar than the nearest one, and in the text arm
exp(-3 * c), where c is by how much its coverage of the terms is lower. It also weighs less the
older it is (p_half_life), half if it is from another repository of p_owner, 1.1 times if it is
from the same file, and less if findings that its memory helped to suppress were wanted
(settle_assessment). A person has one voice on each side; of one pull request at most two voices
count on each side.

Odds. Those of the two arms are multiplied and divided by the odds among the nearest 60 memories of
each arm, which both contain (naive Bayes). Measured: docs/explanation/assessment-quality.md.

Verdict. suppress if the odds are at least p_ratio, even without the person whose voice weighs
most, and p_min_voices others agree; boost likewise with the inverse odds. Without p_embedding
nothing is suppressed. unknown if the nearest memory with a voice is less similar than
p_min_similarity, or if neither that nor the model is calibrated.

Protection. A critical finding, and a major one of security or correctness, is suppressed only with
twice the odds and twice the voices, of which only dismissals by maintainers count: people whose
association the learning policy trusts, or else OWNER, MEMBER and COLLABORATOR.

Arguments:
  p_repo: owner/name; repository of the finding
  p_finding_text: 1 to 100000 characters; what was found
  p_severity: critical | major | medium | minor; how bad the problem is
  p_category: security | correctness | performance | style | documentation; kind of problem
  p_embedding: vector of embedding_dim dimensions; embedding of p_finding_text; null for none
  p_file_path: 1 to 1000 bytes; path of the file, relative to the repository root; null if unknown
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

Result: one row, a FindingAssessment.
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
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_finding_text => ''user may be None when the session has expired''
  p_severity => ''medium''
  p_category => ''correctness''
  p_embedding => :''embedding''';

grant execute on function assess_finding to :"app", :"reader";

commit;
