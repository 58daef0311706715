-- The states of one record of a calling list, as the journal tells them: the record's own timeline.
create index event_of_record on event ((data ->> 'list'), (data ->> 'record_id'), id) where type = 'record.state';
