# Servers without an agent: what is asked for, what is claimed, what is refused.
POST image:/v2/images  as demo
{"name": "img", "container_format": "docker", "disk_format": "raw"}
= 201
{"id": "$img := uuid", "status": "queued", ...}
POST /v2.1/servers  as demo
{"server": {"name": "s", "flavorRef": "1", "imageRef": "$img", "networks": []}}
= 400
{"badRequest": {"code": 400, "message": "Image $img is not active."}}
# A config drive is made; what it should be besides on or off is not.
POST /v2.1/servers  as demo
{"server": {"name": "s", "flavorRef": "1", "imageRef": "$img", "networks": [], "config_drive": true}}
= 400
{"badRequest": {"code": 400, "message": "Image $img is not active."}}
POST /v2.1/servers  as demo
{"server": {"name": "s", "flavorRef": "1", "imageRef": "$img", "networks": [], "config_drive": "sometimes"}}
= 400
{"badRequest": {"code": 400, "message": "$ := text"}}
POST /v2.1/servers  as demo
{"server": {}}
= 400
{"badRequest": {"code": 400, "message": "$ := text"}}
POST /v2.1/servers  as demo
{"server": {"name": "s", "flavorRef": "nope", "imageRef": "11111111-1111-1111-1111-111111111111"}}
= 400
{"badRequest": {"code": 400, "message": "Flavor nope could not be found."}}
POST /v2.1/servers  as demo
{"server": {"name": "s", "flavorRef": "1", "imageRef": "11111111-1111-1111-1111-111111111111"}}
= 400
POST /v2.1/servers  as demo
{"server": {"name": "s", "flavorRef": "1", "imageRef": "$img", "key_name": "k"}}
= 400
{"badRequest": {"code": 400, "message": "Invalid key_name provided."}}
POST /v2.1/servers  as demo
{"server": {"name": "s", "flavorRef": "1", "imageRef": "$img", "tenant_id": "11111111111111111111111111111111"}}
= 400
POST /v2.1/servers  as demo
> OpenStack-API-Version: compute 2.79
{"server": {"name": "s", "flavorRef": "1", "imageRef": "$img"}}
= 400
GET /v2.1/servers/11111111-1111-1111-1111-111111111111  as demo
= 404
GET /v2.1/servers  as demo
= 200
{"servers": []}
GET /v2.1/servers?all_tenants=1  as demo
= 403
POST /v2.1/servers/11111111-1111-1111-1111-111111111111/action  as demo
{"os-start": null}
= 404
{"itemNotFound": {"code": 404, "message": "Instance 11111111-1111-1111-1111-111111111111 could not be found."}}

# ---- diagnostics: administrators', and of what runs
GET /v2.1/servers/11111111-1111-1111-1111-111111111111/diagnostics  as demo
= 403
{"forbidden": {"code": 403, "message": "Policy doesn't allow os_compute_api:os-server-diagnostics to be performed."}}
GET /v2.1/servers/11111111-1111-1111-1111-111111111111/diagnostics  as admin
= 404
{"itemNotFound": {"code": 404, "message": "Instance 11111111-1111-1111-1111-111111111111 could not be found."}}

GET /v2.1/limits  as demo
= 200
{"limits": {"absolute": {"totalInstancesUsed": 0, ...}, ...}}
