# Performance management (SOL003 clause 6): what a site has counted of a VNF's ports is collected, comes
# to a report, and the callback of the job is told.  What cannot be measured is refused with the reason.
include pair v2
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
# What is not instantiated has nothing to measure.
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "collectionPeriod": 60, "reportingPeriod": 120}, "callbackUri": "http://$receiver/cb/job"}
= 422
{"status": 422, "detail": "vnf_instance $vnf has no VnfExtCp to measure now: is it instantiated?", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "fa:16:3e:00:00:01"}}]}}}]}]}
= 202
GET /vnflcm/v2/vnf_instances/$vnf  as demo
~ 200
{"instantiationState": "INSTANTIATED", "instantiatedVnfInfo": {"extCpInfo": [{"id": "$out := text", ...}],
 "vnfcResourceInfo": [{"id": "$front := text", "vduId": "front", "vnfcCpInfo": [{...}, {"id": "$in := text", ...}], ...}, {"id": "$back := text", "vnfcCpInfo": [{"id": "$back_in := text", ...}], ...}], ...}, ...}

# ---- what is wrong with a request
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": 1, "objectInstanceIds": ["x"], "criteria": {"collectionPeriod": 1, "reportingPeriod": 60, "colour": 1}, "callbackUri": "ftp://x"}
= 400
{"status": 400, ...}
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnf", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["VDiskUsageMeanVnf", "ByteIncomingVnfExtCp"], "performanceMetricGroup": ["VnfExternalCP"], "collectionPeriod": 60, "reportingPeriod": 90, "reportingBoundary": "2026-01-02T03:04:06Z"}, "callbackUri": "http://$receiver/cb/job"}
= 422
{"status": 422, "detail": "performanceMetric VDiskUsageMeanVnf of objectType Vnf cannot be measured; VCpuUsageMeanVnf, VCpuUsagePeakVnf, VMemoryUsageMeanVnf, VMemoryUsagePeakVnf can; performanceMetric ByteIncomingVnfExtCp of objectType Vnf cannot be measured; VCpuUsageMeanVnf, VCpuUsagePeakVnf, VMemoryUsageMeanVnf, VMemoryUsagePeakVnf can; objectType Vnf has no performanceMetricGroup VnfExternalCP; it has VirtualisedComputeResource; criteria: reportingPeriod is 1 to 1000 times collectionPeriod; criteria: no collectionPeriod ends before reportingBoundary", ...}
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Sap", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingSap"], "collectionPeriod": 60, "reportingPeriod": 60}, "callbackUri": "http://$receiver/cb/job"}
= 422
{"status": 422, "detail": "objectType Sap is not measured; Vnf, Vnfc, VnfIntCp, VnfExtCp are", ...}
POST /vnfpm/v2/pm_jobs  as alice
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "collectionPeriod": 60, "reportingPeriod": 120}, "callbackUri": "http://$receiver/cb/job"}
= 422
{"status": 422, "detail": "there is no vnf_instance $vnf", ...}
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "subObjectInstanceIds": ["$in"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "collectionPeriod": 60, "reportingPeriod": 120}, "callbackUri": "http://$receiver/cb/job"}
= 422
{"status": 422, "detail": "instance $vnf has no VnfExtCp $in now", ...}
# No site of the instance can measure it: why, and what can be.
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "collectionPeriod": 60, "reportingPeriod": 120}, "callbackUri": "http://$receiver/cb/job"}
= 422
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 1000}], "memory_details": {"maximum": 512}}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnfc", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetricGroup": ["VirtualisedComputeResource"], "collectionPeriod": 60, "reportingPeriod": 120}, "callbackUri": "http://$receiver/cb/job"}
= 422
{"status": 422, "detail": "VMemoryUsageMeanVnf cannot be measured where it is (its site tells no such figure); of objectType Vnfc can be: VCpuUsageMeanVnf, VCpuUsagePeakVnf; VMemoryUsagePeakVnf cannot be measured where it is (its site tells no such figure); of objectType Vnfc can be: VCpuUsageMeanVnf, VCpuUsagePeakVnf", ...}
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$in", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}, {"id": "$out", "in_packets": 5, "in_bytes": 500, "out_packets": 100, "out_bytes": 10000}]}}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfIntCp", "objectInstanceIds": ["$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf", "$vnf"], "criteria": {"performanceMetricGroup": ["VnfInternalCp"], "collectionPeriod": 5, "reportingPeriod": 5000}, "callbackUri": "http://$receiver/cb/job"}
= 422
{"status": 422, "detail": "criteria: 104000 values would be reported at once, and 100000 are possible: a shorter reportingPeriod, fewer metrics or instances", ...}
PUT receiver:/tell/nobody  as nobody
{"get": 404}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "collectionPeriod": 60, "reportingPeriod": 120}, "callbackUri": "http://$receiver/cb/nobody"}
= 422
GET /vnfpm/v2/pm_jobs  as demo
= 200
[]

# A job of another port, whose reports tell that a round is over.
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfIntCp", "objectInstanceIds": ["$vnf"], "subObjectInstanceIds": ["$in"], "criteria": {"performanceMetric": ["ByteIncomingVnfIntCp"], "collectionPeriod": 60, "reportingPeriod": 60}, "callbackUri": "http://$receiver/cb/beat"}
= 201
{"id": "$beat := id", ...}

# ---- a job: what is counted when it is made is where counting begins
PUT receiver:/tell/job  as nobody
{}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "performanceMetricGroup": ["VnfExternalCp"], "collectionPeriod": 60, "reportingPeriod": 120}, "callbackUri": "http://$receiver/cb/job",
 "authentication": {"authType": ["BASIC"], "paramsBasic": {"userName": "u", "password": "p"}}}
= 201
< Location: http://$host/vnfpm/v2/pm_jobs/$job
{"id": "$job := uuid", "objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "performanceMetricGroup": ["VnfExternalCp"], "collectionPeriod": 60, "reportingPeriod": 120},
 "callbackUri": "http://$receiver/cb/job", "_links": {"self": {"href": "http://$host/vnfpm/v2/pm_jobs/$job"}, "objects": [{"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}]}}
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$in", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}, {"id": "$out", "in_packets": 5, "in_bytes": 500, "out_packets": 150, "out_bytes": 17000}]}}}
= 204
clock +60s
GET receiver:/got/beat/1  as nobody
~ 200
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$in", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}, {"id": "$out", "in_packets": 6, "in_bytes": 577, "out_packets": 150, "out_bytes": 17000}]}}}
= 204
GET receiver:/got/job/1  as nobody
= 404
clock +60s
GET receiver:/got/beat/2  as nobody
~ 200
GET receiver:/got/job/1  as nobody
~ 200
{"authorization": "Basic dTpw", "version": "2.2.0", "notifications": [{"id": "$ := uuid", "notificationType": "PerformanceInformationAvailableNotification", "timeStamp": "2026-01-02T03:06:05.000Z", "pmJobId": "$job", "objectType": "VnfExtCp", "objectInstanceId": "$vnf",
 "_links": {"objectInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}, "pmJob": {"href": "http://$host/vnfpm/v2/pm_jobs/$job"}, "performanceReport": {"href": "http://$host/vnfpm/v2/pm_jobs/$job/reports/$report := uuid"}}}]}
GET /vnfpm/v2/pm_jobs/$job/reports/$report  as demo
= 200
{"entries": [
 {"objectType": "VnfExtCp", "objectInstanceId": "$vnf", "subObjectInstanceId": "$out", "performanceMetric": "ByteIncomingVnfExtCp", "performanceValues": [{"timeStamp": "2026-01-02T03:05:05.000Z", "value": 7000}, {"timeStamp": "2026-01-02T03:06:05.000Z", "value": 0}]},
 {"objectType": "VnfExtCp", "objectInstanceId": "$vnf", "subObjectInstanceId": "$out", "performanceMetric": "ByteOutgoingVnfExtCp", "performanceValues": [{"timeStamp": "$ := time", "value": 0}, {"timeStamp": "$ := time", "value": 77}]},
 {"performanceMetric": "PacketIncomingVnfExtCp", "performanceValues": [{"value": 50, ...}, {"value": 0, ...}], ...},
 {"performanceMetric": "PacketOutgoingVnfExtCp", "performanceValues": [{"value": 0, ...}, {"value": 1, ...}], ...}]}
GET /vnfpm/v2/pm_jobs/$job  as demo
= 200
{"id": "$job", "reports": [{"href": "http://$host/vnfpm/v2/pm_jobs/$job/reports/$report", "readyTime": "2026-01-02T03:06:05.000Z", "expiryTime": "2026-01-03T03:06:05.000Z"}], ...}
GET /vnfpm/v2/pm_jobs?filter=(eq,callbackUri,http://$receiver/cb/job)&all_fields  as demo
= 200
[{"id": "$job", "reports": [{...}], ...}]
GET /vnfpm/v2/pm_jobs?filter=(eq,callbackUri,http://$receiver/cb/job)  as demo
= 200
[{"id": "$job", "objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": "$ := any", "callbackUri": "$ := text", "_links": "$ := any"}]
# They are one project's, and one API's.
GET /vnfpm/v2/pm_jobs  as alice
= 200
[]
GET /vnfpm/v2/pm_jobs/$job  as alice
= 404
GET /vnfpm/v2/pm_jobs/$job/reports/$report  as alice
= 404
GET /nspm/v2/pm_jobs  as demo
= 200
[]
GET /nspm/v2/pm_jobs/$job  as demo
= 404
GET /vnfpm/v2/pm_jobs/$job/reports/$job  as demo
= 404

# ---- the data plane begins anew: of that period nothing is told, which is no zero
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$in", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}, {"id": "$out", "in_packets": 0, "in_bytes": 0, "out_packets": 1, "out_bytes": 60}]}}}
= 204
clock +60s
GET receiver:/got/beat/3  as nobody
~ 200
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$in", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}, {"id": "$out", "in_packets": 0, "in_bytes": 0, "out_packets": 3, "out_bytes": 180}]}}}
= 204
clock +60s
GET receiver:/got/beat/4  as nobody
~ 200
GET receiver:/got/job/2  as nobody
~ 200
{"notifications": [{...}, {"_links": {"performanceReport": {"href": "http://$host/vnfpm/v2/pm_jobs/$job/reports/$second := uuid"}, ...}, ...}], ...}
GET /vnfpm/v2/pm_jobs/$job/reports/$second  as demo
= 200
{"entries": [{"performanceMetric": "ByteIncomingVnfExtCp", "performanceValues": [{"timeStamp": "2026-01-02T03:08:05.000Z", "value": 120}], ...}, ...]}

# ---- another callback
PATCH /vnfpm/v2/pm_jobs/$job  as demo
{}
= 400
PATCH /vnfpm/v2/pm_jobs/$job  as demo
{"callbackUri": null, "authentication": null}
= 400
PATCH /vnfpm/v2/pm_jobs/$job  as demo
{"callbackUri": "http://$receiver/cb/nobody"}
= 422
PATCH /vnfpm/v2/pm_jobs/$job  as alice
{"callbackUri": "http://$receiver/cb/other"}
= 404
PATCH /vnfpm/v2/pm_jobs/$job  as demo
> If-Match: "none"
{"callbackUri": "http://$receiver/cb/other"}
= 412
GET /vnfpm/v2/pm_jobs/$job  as demo
= 200
< ETag: "$tag := text"
PATCH /vnfpm/v2/pm_jobs/$job  as demo
> If-Match: "$tag"
{"callbackUri": "http://$receiver/cb/other", "authentication": null}
= 200
< ETag: "$other := text"
{"callbackUri": "http://$receiver/cb/other"}
PATCH /vnfpm/v2/pm_jobs/$job  as demo
> If-Match: "$tag"
{"callbackUri": "http://$receiver/cb/job"}
= 412
GET /vnfpm/v2/pm_jobs/$job  as demo
= 200
< ETag: "$other"
{"callbackUri": "http://$receiver/cb/other", ...}
DELETE /vnfpm/v2/pm_jobs/$job  as demo
> If-Match: "$tag"
= 412
clock +60s
GET receiver:/got/beat/5  as nobody
~ 200
clock +60s
GET receiver:/got/beat/6  as nobody
~ 200
GET receiver:/got/other/1  as nobody
~ 200
{"authorization": null, "notifications": [{"pmJobId": "$job", ...}], ...}
# Its queue is a subscription of the same id.
GET /carrick/v1/subscriptions/$job  as demo
= 200
{"api": "vnfpm", "callbackUri": "http://$receiver/cb/other", ...}

# ---- its end
DELETE /vnfpm/v2/pm_jobs/$job  as alice
= 404
DELETE /vnfpm/v2/pm_jobs/$job  as demo
= 204
GET /vnfpm/v2/pm_jobs/$job  as demo
= 404
GET /vnfpm/v2/pm_jobs/$job/reports/$report  as demo
= 404
GET /carrick/v1/subscriptions/$job  as demo
= 404

# ---- a boundary: a last report of what there is, then nothing
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$in", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}, {"id": "$back_in", "in_packets": 2, "in_bytes": 120, "out_packets": 0, "out_bytes": 0}]}}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfIntCp", "objectInstanceIds": ["$vnf"], "subObjectInstanceIds": ["$back_in"], "criteria": {"performanceMetric": ["packetOutgoingVnfIntCp"], "collectionPeriod": 60, "reportingPeriod": 600, "reportingBoundary": "2026-01-02T03:11:30Z"}, "callbackUri": "http://$receiver/cb/job"}
= 201
{"id": "$bound := id", ...}
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$in", "in_packets": 2, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}, {"id": "$back_in", "in_packets": 4, "in_bytes": 120, "out_packets": 0, "out_bytes": 0}]}}}
= 204
clock +60s
GET receiver:/got/job/3  as nobody
~ 200
{"notifications": [{...}, {...}, {"pmJobId": "$bound", "subObjectInstanceIds": ["$back_in"], "_links": {"performanceReport": {"href": "http://$host/vnfpm/v2/pm_jobs/$bound/reports/$last := uuid"}, ...}, ...}], ...}
GET /vnfpm/v2/pm_jobs/$bound/reports/$last  as demo
= 200
{"entries": [{"objectType": "VnfIntCp", "objectInstanceId": "$vnf", "subObjectInstanceId": "$back_in", "performanceMetric": "PacketOutgoingVnfIntCp", "performanceValues": [{"timeStamp": "2026-01-02T03:11:05.000Z", "value": 2}]}]}

# ---- another cloud: who may not see counters is told by the servers what their ports carried
PUT site:/figures  as demo
{"counters": 403, "diagnostics": {"num_cpus": 1, "nic_details": [{"mac_address": "FA:16:3E:00:00:02", "rx_octets": 1, "rx_packets": 1, "tx_octets": 1, "tx_packets": 1}]}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetricGroup": ["VnfExternalCP"], "collectionPeriod": 60, "reportingPeriod": 60}, "callbackUri": "http://$receiver/cb/nic"}
= 422
PUT site:/figures  as demo
{"counters": 403, "diagnostics": {"num_cpus": 1, "nic_details": [{"mac_address": "FA:16:3E:00:00:01", "rx_octets": 1000, "rx_packets": 10, "tx_octets": 60, "tx_packets": 1}]}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp", "PacketOutgoingVnfExtCp"], "collectionPeriod": 60, "reportingPeriod": 60}, "callbackUri": "http://$receiver/cb/nic"}
= 201
{"id": "$nic := id", ...}
PUT site:/figures  as demo
{"counters": 403, "diagnostics": {"num_cpus": 1, "nic_details": [{"mac_address": "FA:16:3E:00:00:01", "rx_octets": 1500, "rx_packets": 12, "tx_octets": 240, "tx_packets": 4}]}}
= 204
clock +60s
GET receiver:/got/nic/1  as nobody
~ 200
{"notifications": [{"_links": {"performanceReport": {"href": "http://$host/vnfpm/v2/pm_jobs/$nic/reports/$told := uuid"}, ...}, ...}], ...}
GET /vnfpm/v2/pm_jobs/$nic/reports/$told  as demo
= 200
{"entries": [{"performanceMetric": "ByteIncomingVnfExtCp", "subObjectInstanceId": "$out", "performanceValues": [{"value": 500, ...}], ...}, {"performanceMetric": "PacketOutgoingVnfExtCp", "performanceValues": [{"value": 3, ...}], ...}]}

# ---- a peak: the period is looked at in parts of 5 s at least, and its busiest one is told
DELETE /vnfpm/v2/pm_jobs/$nic  as demo
= 204
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 1000000000}], "memory_details": {"maximum": 512, "used": 128}}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnfc", "objectInstanceIds": ["$vnf"], "subObjectInstanceIds": ["$front"], "criteria": {"performanceMetricGroup": ["VirtualisedComputeResource"], "collectionPeriod": 15, "reportingPeriod": 15}, "callbackUri": "http://$receiver/cb/peak"}
= 201
{"id": "$peak := id", ...}
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnfc", "objectInstanceIds": ["$vnf"], "subObjectInstanceIds": ["$front"], "criteria": {"performanceMetric": ["VCpuUsageMeanVnf"], "collectionPeriod": 5, "reportingPeriod": 5}, "callbackUri": "http://$receiver/cb/part"}
= 201
{"id": "$part := id", ...}
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 1500000000}], "memory_details": {"maximum": 512, "used": 384}}}
= 204
clock +5s
GET receiver:/got/part/1  as nobody
~ 200
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 5500000000}], "memory_details": {"maximum": 512, "used": 256}}}
= 204
clock +5s
GET receiver:/got/part/2  as nobody
~ 200
GET receiver:/got/peak/1  as nobody
= 404
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 6000000000}], "memory_details": {"maximum": 512, "used": 128}}}
= 204
clock +5s
GET receiver:/got/peak/1  as nobody
~ 200
{"notifications": [{"_links": {"performanceReport": {"href": "http://$host/vnfpm/v2/pm_jobs/$peak/reports/$high := uuid"}, ...}, ...}], ...}
GET /vnfpm/v2/pm_jobs/$peak/reports/$high  as demo
= 200
{"entries": [
 {"performanceMetric": "VCpuUsageMeanVnf", "performanceValues": [{"value": 33.33, ...}], ...},
 {"performanceMetric": "VCpuUsagePeakVnf", "performanceValues": [{"value": 80, ...}], ...},
 {"performanceMetric": "VMemoryUsageMeanVnf", "performanceValues": [{"value": 25, ...}], ...},
 {"performanceMetric": "VMemoryUsagePeakVnf", "performanceValues": [{"value": 75, ...}], ...}]}
DELETE /vnfpm/v2/pm_jobs/$peak  as demo
= 204
DELETE /vnfpm/v2/pm_jobs/$part  as demo
= 204

# ---- a site that does not answer in time holds up its own jobs only
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$out", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}]}}, "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 1000}]}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnfc", "objectInstanceIds": ["$vnf"], "subObjectInstanceIds": ["$front"], "criteria": {"performanceMetric": ["VCpuUsageMeanVnf"], "collectionPeriod": 60, "reportingPeriod": 60}, "callbackUri": "http://$receiver/cb/slow"}
= 201
clock +30s
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "VnfExtCp", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["ByteIncomingVnfExtCp"], "collectionPeriod": 60, "reportingPeriod": 60}, "callbackUri": "http://$receiver/cb/fast"}
= 201
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$out", "in_packets": 1, "in_bytes": 60, "out_packets": 0, "out_bytes": 0}]}}, "diagnostics": "held"}
= 204
clock +30s
GET site:/figures  as nobody
~ 200
clock +30s
GET receiver:/got/fast/1  as nobody
~ 200
GET receiver:/got/slow/1  as nobody
= 404
