-- Callback reporting as the original's CALLBACK_FACT: one row when a callback is accepted, one when it is over. The rows
-- are the journal's own, so that they appear with the commit of what they report.

create index event_of_facts on event (at, id) where type in ('callback.accepted', 'callback.completed');

create view callback_fact as
  select e.id as fact_key,
         e.at as added_at,
         e.callback as service_id,
         e.data ->> 'service' as service_name,
         coalesce((e.data ->> '_CB_FINAL_RECORD')::integer, 0) as final_record,
         (e.data ->> '_CB_T_CALLBACK_ACCEPTED')::bigint as callback_accepted_ts,
         coalesce((e.data ->> '_CB_D_WAITING_FOR_AGENT_OFFLINE')::integer, 0) as wait_agent_offline_time,
         coalesce((e.data ->> '_CB_D_ESTABLISH_MEDIA_IXN')::integer, 0) as establish_media_ixn_time,
         coalesce((e.data ->> '_CB_D_CUSTOMER_CONNECTED_WAITING_FOR_AGENT')::integer, 0) as conn_waiting_agent_time,
         e.data as record
    from event e
   where e.type in ('callback.accepted', 'callback.completed');
