# Versions (SOL013 clause 9): where they are found, how one is asked for, what is not served.
GET /nslcm/api_versions  as demo
= 200
{"uriPrefix": "http://$host/nslcm", "apiVersions": [{"version": "2.3.0", "isDeprecated": false}, ...]}
GET /nslcm/v2/api_versions  as demo
= 200
{"uriPrefix": "http://$host/nslcm/v2", "apiVersions": [{"version": "2.3.0", "isDeprecated": false}]}
POST /nslcm/v2/api_versions  as demo
{}
= 405
< Allow: GET
DELETE /nslcm/api_versions  as demo
= 405
# Who asks for none is served what the path says.
GET /nslcm/v2/ns_instances  as demo
= 200
< Version: 2.3.0
# An older minor is served; so is a build of it.
GET /nslcm/v2/ns_instances  as demo
> Version: 2.0.1
= 200
< Version: 2.3.0
GET /nslcm/v2/ns_instances  as demo
> Version: 2.3.0-impl:example.com:test:1
= 200
# A newer one, another major, and what is no version are not.
GET /nslcm/v2/ns_instances  as demo
> Version: 2.4.0
= 406
< Version: 2.3.0
{"status": 406, "detail": "version 2.4.0 is not supported there; 2.3.0 is", ...}
GET /nslcm/v2/ns_instances  as demo
> Version: 1.3.0
= 406
GET /nslcm/v2/ns_instances  as demo
> Version: 2
= 406
GET /nslcm/v2/ns_instances  as demo
> Version: 2.3.0x
= 406
# Discovery is there for whoever does not know yet.
GET /nslcm/api_versions  as demo
> Version: 9.0.0
= 200
