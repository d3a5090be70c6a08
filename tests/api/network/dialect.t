# What holds for every Neutron resource: errors, bulk, filters, sorting, pages with links, fields, tags, revisions.
GET /  as nobody
= 200
{"versions": [{"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": "http://$host/network/v2.0/"}]}]}
GET /v2.0/  as demo
= 200
{"resources": [{"name": "network", "collection": "networks", "links": [{"rel": "self", "href": "http://$host/network/v2.0/networks"}]}, ...]}
GET /v2.0/networks  as nobody
= 401
< WWW-Authenticate: Keystone uri="http://$host/identity/v3"
{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}
GET /v2.0/foos  as demo
= 404
{"NeutronError": {"type": "HTTPNotFound", "message": "The resource could not be found.", "detail": ""}}
PATCH /v2.0/networks/x  as demo
{}
= 405
{"NeutronError": {"type": "HTTPMethodNotAllowed", "message": "$ := text", "detail": ""}}
GET /v2.0/networks/foo  as demo
= 404
{"NeutronError": {"type": "NetworkNotFound", "message": "Network foo could not be found.", "detail": ""}}

# Bodies
POST /v2.0/networks  as demo
{
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "$ := text", "detail": ""}}
POST /v2.0/networks  as demo
{}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Unable to find 'network' in request body", "detail": ""}}
POST /v2.0/networks  as demo
{"network": {"foo": 1}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Unrecognized attribute(s) 'foo'", "detail": ""}}
POST /v2.0/networks  as demo
{"network": {"status": "x"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Attribute 'status' not allowed in POST", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Failed to parse request. Required attribute 'network_id' not specified", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "x"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Invalid input for network_id. Reason: 'x' is not a valid UUID.", "detail": ""}}
# all faults of a body in one message; the type is the first one's
POST /v2.0/ports  as demo
{"port": {"name": 5, "status": "ACTIVE", "colour": "red", "admin_state_up": "maybe"}}
= 400
{"NeutronError": {"type": "$ := text", "message": "$ := text", "detail": ""}}
POST /v2.0/networks  as demo
{"network": {"name": "a\u0000b"}}
= 400
POST /v2.0/networks  as demo
{"network": {"name": "a", "name": "b"}}
= 400
POST /v2.0/networks  as demo
{"network": {"mtu": 9007199254740993}}
= 400
POST /v2.0/networks  as demo
@repeat [ 10000
= 400
POST /v2.0/networks  as demo
{"network": {"name": "
@repeat a 10485760
"}}
= 413

# Bulk: all or nothing
POST /v2.0/networks  as demo
{"networks": [{"name": "n1"}, {"name": "n2"}, {"name": "n3"}]}
= 201
{"networks": [{"id": "$n1 := uuid", "name": "n1", ...}, {"id": "$n2 := uuid", "name": "n2", ...}, {"id": "$n3 := uuid", "name": "n3", ...}]}
POST /v2.0/networks  as demo
{"networks": [{"name": "n4"}, {"name": "n5", "foo": 1}]}
= 400
POST /v2.0/networks  as demo
{"networks": []}
= 400
GET /v2.0/networks?name=n4  as demo
= 200
{"networks": []}

# Lists
GET /v2.0/networks?fields=name&sort_key=name&sort_dir=desc  as demo
= 200
{"networks": [{"name": "n3"}, {"name": "n2"}, {"name": "n1"}]}
GET /v2.0/networks?fields=name&name=n1&name=n3&sort_key=name  as demo
= 200
{"networks": [{"name": "n1"}, {"name": "n3"}]}
GET /v2.0/networks?foo=1&name=n1&fields=id  as demo
= 200
{"networks": [{"id": "$n1"}]}
GET /v2.0/networks?sort_key=foo&sort_dir=asc  as demo
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "['foo'] is invalid attribute for sort_keys", "detail": ""}}
GET /v2.0/networks?sort_key=name&sort_key=id&sort_dir=asc  as demo
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "The number of sort_keys and sort_dirs must be same", "detail": ""}}
GET /v2.0/networks?limit=x  as demo
= 400
{"NeutronError": {"type": "BadRequest", "message": "Bad limit request: Limit must be an integer 0 or greater and not 'x'.", "detail": ""}}
GET /v2.0/networks?limit=1&marker=11111111-1111-1111-1111-111111111111  as demo
= 404
# pages forwards and back, with the whole query echoed in the links
GET /v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=id  as demo
= 200
{"networks": [{"id": "$n1"}, {"id": "$n2"}],
 "networks_links": [{"rel": "next", "href": "http://$host/network/v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=id&marker=$n2"},
                    {"rel": "previous", "href": "http://$host/network/v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=id&marker=$n1&page_reverse=True"}]}
GET /v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=id&marker=$n2  as demo
= 200
{"networks": [{"id": "$n3"}], "networks_links": [{"rel": "previous", "href": "http://$host/network/v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=id&marker=$n3&page_reverse=True"}]}
GET /v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=id&marker=$n3&page_reverse=True  as demo
= 200
{"networks": [{"id": "$n1"}, {"id": "$n2"}], "networks_links": [{"rel": "next", "href": "$ := text"}, {"rel": "previous", "href": "$ := text"}]}
GET /v2.0/networks/$n1?fields=name  as demo
= 200
{"network": {"name": "n1"}}

# Revisions
GET /v2.0/networks/$n1?fields=revision_number  as demo
= 200
{"network": {"revision_number": "$r := int"}}
PUT /v2.0/networks/$n1  as demo
> If-Match: revision_number=99
{"network": {"name": "z"}}
= 412
{"NeutronError": {"type": "RevisionNumberConstraintFailed", "message": "Constrained to 99, but current revision is $r", "detail": ""}}
PUT /v2.0/networks/$n1  as demo
> If-Match: revision_number=$r
{"network": {"name": "z"}}
= 200
PUT /v2.0/networks/$n1  as demo
> If-Match: revision_number=$r
{"network": {"name": "y"}}
= 412
PUT /v2.0/networks/$n1  as demo
> If-Match: latest
{"network": {"name": "y"}}
= 400
PUT /v2.0/networks/$n1  as demo
> If-Match: revision_number=latest
{"network": {"name": "y"}}
= 400
PUT /v2.0/networks/$n1  as demo
{"network": {"id": "x"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Cannot update read-only attribute id", "detail": ""}}

# Tags
PUT /v2.0/networks/$n1/tags  as demo
{"tags": ["a", "b"]}
= 200
{"tags": ["a", "b"]}
PUT /v2.0/networks/$n1/tags/c  as demo
= 201
null
GET /v2.0/networks/$n1/tags/c  as demo
= 204
GET /v2.0/networks/$n1/tags/zz  as demo
= 404
{"NeutronError": {"type": "TagNotFound", "message": "Tag zz could not be found.", "detail": ""}}
GET /v2.0/networks?tags=a,b&fields=id  as demo
= 200
{"networks": [{"id": "$n1"}]}
GET /v2.0/networks?tags-any=a,zz&fields=id  as demo
= 200
{"networks": [{"id": "$n1"}]}
GET /v2.0/networks?not-tags=a&fields=name&sort_key=name  as demo
= 200
{"networks": [{"name": "n2"}, {"name": "n3"}]}
DELETE /v2.0/networks/$n1/tags/c  as demo
= 204
DELETE /v2.0/networks/$n1/tags  as demo
= 204
GET /v2.0/networks/$n1/tags  as demo
= 200
{"tags": []}
PUT /v2.0/networks/$n1/tags  as demo
{"tags": [5]}
= 400

# Another project does not know of it; a reader may look only.
GET /v2.0/networks/$n1  as alice
= 404
PUT /v2.0/networks/$n1  as alice
{"network": {"name": "mine"}}
= 404
DELETE /v2.0/networks/$n1  as alice
= 404
GET /v2.0/networks  as alice
= 200
{"networks": []}
GET /v2.0/networks/$n1  as reader
= 200
DELETE /v2.0/networks/$n1  as reader
= 403
DELETE /v2.0/networks/$n1  as peer
= 204
