# Quota sets, limits and the box.
GET /v2.1/limits  as demo
= 200
{"limits": {"rate": [], "absolute": {"maxTotalInstances": 10, "maxTotalCores": 8, "maxTotalRAMSize": 4096, "totalInstancesUsed": 0, "totalCoresUsed": 0, "totalRAMUsed": 0, ...}}}
GET /network/  as nobody
= 404
GET /v2.1/os-availability-zone  as demo
= 200
{"availabilityZoneInfo": [{"zoneName": "nova", "zoneState": {"available": true}, "hosts": null}]}
GET /v2.1/os-hypervisors/detail  as demo
= 403
GET /v2.1/os-hypervisors/detail  as admin
= 200
{"hypervisors": [{"hypervisor_hostname": "test-host", "state": "down", "vcpus": 8, "vcpus_used": 0, "memory_mb": 4096, "memory_mb_used": 0, ...}]}
GET /v2.1/os-quota-sets/11111111111111111111111111111111  as demo
= 403
PUT /v2.1/os-quota-sets/11111111111111111111111111111111  as admin
{"quota_set": {"cores": 3}}
= 200
{"quota_set": {"cores": 3, "instances": 10, "ram": 51200, ...}}
GET /v2.1/os-quota-sets/11111111111111111111111111111111/detail  as admin
= 200
{"quota_set": {"cores": {"limit": 3, "in_use": 0, "reserved": 0}, ...}}
PUT /v2.1/os-quota-sets/11111111111111111111111111111111  as admin
{"quota_set": {"nope": 3}}
= 400
DELETE /v2.1/os-quota-sets/11111111111111111111111111111111  as admin
= 202
GET /v2.1/os-quota-sets/11111111111111111111111111111111  as admin
= 200
{"quota_set": {"id": "11111111111111111111111111111111", "cores": 20, ...}}
GET /v2.1/extensions/os-quota-sets  as demo
= 200
GET /v2.1/nope  as demo
= 404
