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
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData": {"n": "6"}}
= 201
{"id": "$p6 := id", ...}
GET /vnfpkgm/v2/vnf_packages  as demo
= 200
< Link: <http://$host/vnfpkgm/v2/vnf_packages?nextpage_opaque_marker=$marker := text>; rel="next"
[{"id": "$a := id", ...}, {"id": "$b := id", ...}, {"id": "$c := id", ...}, {"id": "$d := id", ...}]
# The rest, and none of those.
GET /vnfpkgm/v2/vnf_packages?nextpage_opaque_marker=$marker&filter=(nin,id,$a,$b,$c,$d)  as demo
= 200
[{...}, {...}]
GET /vnfpkgm/v2/vnf_packages?nextpage_opaque_marker=$marker  as demo
= 200
[{...}, {...}]
GET /vnfpkgm/v2/vnf_packages?nextpage_opaque_marker=nonsense  as demo
= 400
{"status": 400, "detail": "$ := text", ...}
# What the filter selects counts, not what was looked at: one page.
GET /vnfpkgm/v2/vnf_packages?filter=(in,userDefinedData/n,1,6)  as demo
= 200
[{...}, {...}]
# What was asked for goes on with the link.
GET /vnfpkgm/v2/vnf_packages?filter=(gte,userDefinedData/n,2)&exclude_default  as demo
= 200
< Link: <http://$host/vnfpkgm/v2/vnf_packages?filter=%28gte%2CuserDefinedData%2Fn%2C2%29&exclude_default=&nextpage_opaque_marker=$rest := text>; rel="next"
[{...}, {...}, {...}, {...}]
GET /vnfpkgm/v2/vnf_packages?filter=(gte,userDefinedData/n,2)&exclude_default&nextpage_opaque_marker=$rest  as demo
= 200
[{...}]
