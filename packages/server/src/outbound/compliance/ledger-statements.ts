import { statement } from '../../store/sql.js';

/** Two campaigns that dial the same number or person at once check one after the other. */
export const LOCK_SUBJECT = statement(
  'ledger-lock',
  'select pg_advisory_xact_lock(hashtextextended(key, 7419)) from unnest($1::text[]) as key order by key',
);

/** $1 number, $2 customer or null, $3 since. */
export const PAST_ATTEMPTS = statement(
  'ledger-past',
  `select at, campaign, true as same_number, outcome from attempt_ledger where number = $1 and at > $3
   union all
   select at, campaign, false as same_number, outcome from attempt_ledger
    where customer_id = $2 and number <> $1 and at > $3`,
);

export const RESERVE = statement(
  'ledger-reserve',
  `insert into attempt_ledger (attempt, at, number, customer_id, campaign, campaign_group, list, record_id, caller, rules)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (attempt) do nothing`,
);

export const RESERVED = statement('ledger-reserved', 'select from attempt_ledger where attempt = $1');

export const SETTLE = statement(
  'ledger-settle',
  `update attempt_ledger
      set settled_at = $2, result = $3, answered = $4, abandoned = $5, seconds_to_agent = $6, outcome = $7
    where attempt = $1 and settled_at is null`,
);

export const WITHDRAW = statement(
  'ledger-withdraw',
  'delete from attempt_ledger where attempt = $1 and settled_at is null',
);

export const COUNT_BLOCKED = statement(
  'ledger-count-blocked',
  `insert into attempt_blocked (campaign, day, rule, count) values ($1, $2, $3, 1)
   on conflict (campaign, day, rule) do update set count = attempt_blocked.count + 1`,
);

/** Answered and abandoned calls of each campaign since a time. */
export const ABANDONMENT = statement(
  'ledger-abandonment',
  `select campaign, count(*) filter (where answered)::int as answered, count(*) filter (where abandoned)::int as abandoned
     from attempt_ledger where at > $1 and ($2::text is null or campaign = $2) group by campaign order by campaign`,
);

export const BLOCKED = statement(
  'ledger-blocked',
  `select campaign, rule, sum(count)::int as count from attempt_blocked
    where day >= $1 and ($2::text is null or campaign = $2) group by campaign, rule order by campaign, count desc, rule`,
);

export const PURGE = statement('ledger-purge', 'delete from attempt_ledger where at < $1');
