# Bad input is refused whole, with every fault listed, and nothing is done.
POST /v3/projects  as admin
{"project": {"name": "x"
= 400
{"error": {"code": 400, "message": "$ := text", "title": "Bad Request"}}
# NUL inside a string
POST /v3/projects  as admin
{"project": {"name": "a\u0000b"}}
= 400
# a raw NUL
POST /v3/projects  as admin
{"project": {"name": "a
@hex 00
"}}
= 400
# not UTF-8
POST /v3/projects  as admin
{"project": {"name": "a
@hex ff
"}}
= 400
# the same key twice
POST /v3/projects  as admin
{"project": {"name": "a", "name": "b"}}
= 400
# beyond 64 bits, and beyond 2^53 where a number is not meant
POST /v3/projects  as admin
{"project": {"name": 99999999999999999999}}
= 400
POST /v3/projects  as admin
{"project": {"name": 9007199254740993}}
= 400
{"error": {"code": 400, "message": "$ := text", "title": "Bad Request"}}
# 10 000 levels
POST /v3/projects  as admin
@repeat [ 10000
@repeat ] 10000
= 400
# 10 MB
POST /v3/projects  as admin
{"project": {"name": "
@repeat a 10485760
"}}
= 413
# not an object, no envelope, something beside it
POST /v3/projects  as admin
[]
= 400
POST /v3/projects  as admin
{"user": {"name": "x"}}
= 400
{"error": {"code": 400, "message": "'project' is a required property", "title": "Bad Request"}}
POST /v3/projects  as admin
{"project": {"name": "x"}, "more": 1, "less": 2}
= 400
{"error": {"code": 400, "message": "Additional properties are not allowed ('more' was unexpected); Additional properties are not allowed ('less' was unexpected)", "title": "Bad Request"}}
POST /v3/projects  as admin
{"project": []}
= 400
# all faults of a body at once
POST /v3/projects  as admin
{"project": {"enabled": "maybe", "description": 5, "colour": "red", "id": "mine"}}
= 400
{"error": {"code": 400, "message": "$all := text", "title": "Bad Request"}}
# nothing of it was made
GET /v3/projects?name=x  as admin
= 200
{"projects": [], ...}
# no such thing, no such method
GET /v3/nothing  as admin
= 404
{"error": {"code": 404, "message": "$ := text", "title": "Not Found"}}
PUT /v3/projects  as admin
{}
= 405
< Allow: GET, POST
{"error": {"code": 405, "message": "$ := text", "title": "Method Not Allowed"}}
# every answer names its request
GET /v3/projects/none  as admin
= 404
< x-openstack-request-id: $ := text
