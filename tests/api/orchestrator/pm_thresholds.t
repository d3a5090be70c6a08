# Performance management of a network service (SOL005 clause 7), and thresholds (SOL003 6.4.5): a
# crossing is told once, in both directions, and only behind the hysteresis.
include service demo
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "sapData": [{"sapdId": "client", "sapName": "c", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", ...}], "sapInfo": [{"id": "$sap := id", ...}], ...}

# ---- a job of the NS: what its access point carried.  Its reports tell that a round is over.
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 7, "in_bytes": 700, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 1000000000}], "memory_details": {"maximum": 512, "used": 128}}}
= 204
POST /nspm/v2/pm_jobs  as demo
{"objectType": "Vnf", "objectInstanceIds": ["$ns"], "criteria": {"performanceMetric": ["PacketOutgoingSap"], "collectionPeriod": 30, "reportingPeriod": 30}, "callbackUri": "http://$receiver/cb/beat"}
= 422
{"status": 422, "detail": "objectType Vnf is not measured; Sap are", ...}
POST /nspm/v2/pm_jobs  as demo
{"objectType": "Sap", "objectInstanceIds": ["$ns"], "criteria": {"performanceMetric": ["PacketOutgoingSap"], "collectionPeriod": 30, "reportingPeriod": 30}, "callbackUri": "http://$receiver/cb/beat"}
= 201
{"id": "$beat := id", "_links": {"self": {"href": "http://$host/nspm/v2/pm_jobs/$beat"}, "objects": [{"href": "http://$host/nslcm/v2/ns_instances/$ns"}]}, ...}
# And one of the VNF's servers: the mean of both.
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnf", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["VCpuUsageMeanVnf", "VMemoryUsageMeanVnf"], "collectionPeriod": 30, "reportingPeriod": 30}, "callbackUri": "http://$receiver/cb/cpu"}
= 201
{"id": "$cpu := id", ...}

# ---- thresholds
POST /vnfpm/v2/thresholds  as demo
{"objectType": "Vnf", "objectInstanceId": "$vnf", "criteria": {"performanceMetric": "VCpuUsageMeanVnf", "thresholdType": "SIMPLE", "simpleThresholdDetails": {"thresholdValue": 80, "hysteresis": -1}}, "callbackUri": "http://$receiver/cb/cross"}
= 400
POST /vnfpm/v2/thresholds  as demo
{"objectType": "Vnf", "objectInstanceId": "$vnf", "criteria": {"performanceMetric": "VCpuUsageMeanVnf", "thresholdType": "TWICE", "simpleThresholdDetails": {"thresholdValue": 80, "hysteresis": 5}}, "callbackUri": "http://$receiver/cb/cross"}
= 400
POST /vnfpm/v2/thresholds  as demo
{"objectType": "Vnf", "objectInstanceId": "$vnf", "criteria": {"performanceMetric": "VDiskUsageMeanVnf", "thresholdType": "SIMPLE", "simpleThresholdDetails": {"thresholdValue": 80, "hysteresis": 5}}, "callbackUri": "http://$receiver/cb/cross"}
= 422
POST /vnfpm/v2/thresholds  as demo
{"objectType": "Vnf", "objectInstanceId": "$vnf", "criteria": {"performanceMetric": "VCpuUsageMeanVnf", "thresholdType": "SIMPLE", "simpleThresholdDetails": {"thresholdValue": 80, "hysteresis": 5.5}}, "callbackUri": "http://$receiver/cb/cross"}
= 201
< Location: http://$host/vnfpm/v2/thresholds/$threshold
{"id": "$threshold := id", "objectType": "Vnf", "objectInstanceId": "$vnf", "criteria": {"performanceMetric": "VCpuUsageMeanVnf", "thresholdType": "SIMPLE", "simpleThresholdDetails": {"thresholdValue": 80, "hysteresis": 5.5}},
 "callbackUri": "http://$receiver/cb/cross", "_links": {"self": {"href": "http://$host/vnfpm/v2/thresholds/$threshold"}, "object": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}}}
GET /vnfpm/v2/thresholds  as demo
= 200
[{"id": "$threshold", ...}]
GET /vnfpm/v2/thresholds/$threshold  as alice
= 404
GET /nspm/v2/thresholds  as demo
= 200
[]

# A tenth of the time: below from the first, which is no crossing.
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 9, "in_bytes": 900, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 4000000000}], "memory_details": {"maximum": 512, "used": 256}}}
= 204
clock +30s
GET receiver:/got/beat/1  as nobody
~ 200
{"notifications": [{"pmJobId": "$beat", "objectType": "Sap", "objectInstanceId": "$ns", "_links": {"objectInstance": {"href": "http://$host/nslcm/v2/ns_instances/$ns"}, "performanceReport": {"href": "http://$host/nspm/v2/pm_jobs/$beat/reports/$report := uuid"}, ...}, ...}], ...}
GET /nspm/v2/pm_jobs/$beat/reports/$report  as demo
= 200
{"entries": [{"objectType": "Sap", "objectInstanceId": "$ns", "subObjectInstanceId": "$sap", "performanceMetric": "PacketOutgoingSap", "performanceValues": [{"timeStamp": "2026-01-02T03:04:35.000Z", "value": 2}]}]}
GET /vnfpm/v2/pm_jobs/$beat/reports/$report  as demo
= 404
GET receiver:/got/cpu/1  as nobody
~ 200
{"notifications": [{"_links": {"performanceReport": {"href": "http://$host/vnfpm/v2/pm_jobs/$cpu/reports/$usage := uuid"}, ...}, ...}], ...}
GET /vnfpm/v2/pm_jobs/$cpu/reports/$usage  as demo
= 200
{"entries": [{"objectType": "Vnf", "objectInstanceId": "$vnf", "performanceMetric": "VCpuUsageMeanVnf", "performanceValues": [{"timeStamp": "2026-01-02T03:04:35.000Z", "value": 10}]},
 {"objectType": "Vnf", "objectInstanceId": "$vnf", "performanceMetric": "VMemoryUsageMeanVnf", "performanceValues": [{"timeStamp": "2026-01-02T03:04:35.000Z", "value": 37.5}]}]}
DELETE /vnfpm/v2/pm_jobs/$cpu  as demo
= 204
# 85 per cent are within the hysteresis, 85.5 are not.
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 9, "in_bytes": 900, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 29500000000}]}}
= 204
clock +30s
GET receiver:/got/beat/2  as nobody
~ 200
GET receiver:/got/cross/1  as nobody
= 404
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 9, "in_bytes": 900, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 55150000000}]}}
= 204
clock +30s
GET receiver:/got/cross/1  as nobody
~ 200
{"notifications": [{"id": "$ := uuid", "notificationType": "ThresholdCrossedNotification", "timeStamp": "2026-01-02T03:05:35.000Z", "thresholdId": "$threshold", "crossingDirection": "UP", "objectType": "Vnf", "objectInstanceId": "$vnf",
 "performanceMetric": "VCpuUsageMeanVnf", "performanceValue": 85.5, "_links": {"objectInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}, "threshold": {"href": "http://$host/vnfpm/v2/thresholds/$threshold"}}}], ...}
GET receiver:/got/beat/3  as nobody
~ 200
# It stays above at 75 per cent, and is below at 74.5.
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 9, "in_bytes": 900, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 77650000000}]}}
= 204
clock +30s
GET receiver:/got/beat/4  as nobody
~ 200
GET receiver:/got/cross/2  as nobody
= 404
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 9, "in_bytes": 900, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 100000000000}]}}
= 204
clock +30s
GET receiver:/got/cross/2  as nobody
~ 200
{"notifications": [{...}, {"crossingDirection": "DOWN", "performanceValue": 74.5, "thresholdId": "$threshold", ...}], ...}
PATCH /vnfpm/v2/thresholds/$threshold  as demo
> If-Match: "none"
{"callbackUri": "http://$receiver/cb/other"}
= 412
PATCH /vnfpm/v2/thresholds/$threshold  as demo
{"callbackUri": "http://$receiver/cb/other"}
= 200
{"callbackUri": "http://$receiver/cb/other"}
DELETE /vnfpm/v2/thresholds/$threshold  as demo
= 204
GET /vnfpm/v2/thresholds/$threshold  as demo
= 404

# ---- a site without counters: what its servers tell of their ports is that
PUT site:/figures  as demo
{"counters": 403}
= 204
POST /vnfpm/v2/thresholds  as demo
{"objectType": "VnfExtCp", "objectInstanceId": "$vnf", "criteria": {"performanceMetric": "ByteIncomingVnfExtCp", "thresholdType": "SIMPLE", "simpleThresholdDetails": {"thresholdValue": 1000, "hysteresis": 0}}, "callbackUri": "http://$receiver/cb/cross"}
= 422
