-- Answered calls that a treatment sends on (Apply to Call): what the network found, and where the call goes.
alter table outbound_attempt
  add column found       integer, -- the call result of a machine whose call goes on
  add column destination text,    -- the DN; null: the group's own agents or application
  drop constraint outbound_attempt_kind_check,
  add constraint outbound_attempt_kind_check
    check (kind in ('routed', 'engaged', 'agent-first', 'ivr', 'transferred'));
