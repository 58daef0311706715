/** What `/ors/help` and `/scxml/help` print. */
export const HELP = `Orchestration over HTTP. Every path is also served under /ors/scxml.

GET or POST /scxml/session/start
    src        address of an SCXML document, or the name of a flow (mandatory)
    idealtime  when to start, in milliseconds since 1970
    any other name is a parameter of the session
    Answers 200 with the id of the session, after its first macrostep.
GET or POST /scxml/session/start/{request}
    The same; the request is the first event of the session, and its answer is the answer.
GET or POST /scxml/session/{id}/event/{name}
    Posts an event with the parameters of the query, a form or a JSON body.
GET or POST /scxml/session/{id}/request/{name}
    Posts an event and answers what the application answers by <ws:response>.
GET or POST /scxml/session/{id}/terminate
    Ends the session by its exit handlers.
GET /scxml/session/{id}/query?name=...
    The states and the data of the session.
POST /scxml/session/{id}/basichttp
    Events of the Basic HTTP event I/O processor of SCXML 1.0.
GET /scxml/heartbeat
    200 when the server can do its work.

Errors are JSON: {"error": "nosuchsession", "description": "..."}.
`;
