-- The node that carries an action out: while it lives, the others leave the action to it.
alter table session_action add column node integer;
