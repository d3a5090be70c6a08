# The change feed: from where one is, what one may see, and nothing else.
GET /v2.0/carrick-changes  as demo
= 200
{"changes": [], "last": "$last := int"}
POST /v2.0/networks  as demo
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", "project_id": "$p := hex", ...}}
GET /v2.0/carrick-changes?since=$last&resource=network  as demo
= 200
{"changes": [{"seq": "$seq := int", "at": "2026-01-02T03:04:05.000000Z", "kind": "create", "resource": "network", "id": "$net", "project_id": "$p",
              "revision_number": 1, "attributes": {"name": "n", "created_at": "2026-01-02T03:04:05Z", ...}}], "last": "$now := int"}
# Another project sees that time passed, not what happened.
GET /v2.0/carrick-changes?since=$last  as alice
= 200
{"changes": [], "last": "$ := int"}
PUT /v2.0/networks/$net  as demo
{"network": {"name": "m"}}
= 200
DELETE /v2.0/networks/$net  as demo
= 204
GET /v2.0/carrick-changes?since=$now  as demo
= 200
{"changes": [{"kind": "update", "attributes": {"name": "m", ...}, ...}, {"kind": "delete", "id": "$net", ...}], "last": "$end := int"}
GET /v2.0/carrick-changes?since=$end&timeout=1  as demo
= 200
{"changes": [], "last": "$ := int"}
GET /v2.0/carrick-changes?since=999999999  as demo
= 410
{"NeutronError": {"type": "ChangesGone", ...}}
GET /v2.0/carrick-changes?since=x  as demo
= 400
GET /v2.0/carrick-changes?since=0&timeout=9999  as demo
= 400
GET /v2.0/carrick-changes  as nobody
= 401
