# Pages (SOL013 5.4): the server cuts them (at four here), a link leads on, its marker is nobody's to read.
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData": {"n": "1"}}
= 201
{"id": "$p1 := id", ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData": {"n": "2"}}
= 201
{"id": "$p2 := id", ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData": {"n": "3"}}
= 201
{"id": "$p3 := id", ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData": {"n": "4"}}
= 201
{"id": "$p4 := id", ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData": {"n": "5"}}
= 201
{"id": "$p5 := id", ...}
GET /vnfpkgm/v2/vnf_packages  as demo
= 200
< Link: <http://$host/vnfpkgm/v2/vnf_packages?nextpage_opaque_marker=$marker := text
[{"id": "$p1", ...}, {"id": "$p2", ...}, {"id": "$p3", ...}, {"id": "$p4", ...}]
GET /vnfpkgm/v2/vnf_packages?nextpage_opaque_marker=nonsense  as demo
= 400
{"status": 400, "detail": "$ := text", ...}
# The filter counts, not what was looked at: one page.
GET /vnfpkgm/v2/vnf_packages?filter=(in,userDefinedData/n,1,5)  as demo
= 200
[{"id": "$p1", ...}, {"id": "$p5", ...}]
# What was asked for goes on with the link.
GET /vnfpkgm/v2/vnf_packages?filter=(gte,userDefinedData/n,1)&exclude_default  as demo
= 200
< Link: <http://$host/vnfpkgm/v2/vnf_packages?filter=%28gte%2CuserDefinedData%2Fn%2C1%29&exclude_default=&nextpage_opaque_marker=$rest := text
[{"id": "$p1", ...}, {"id": "$p2", ...}, {"id": "$p3", ...}, {"id": "$p4", ...}]
