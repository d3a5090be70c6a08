# Version 1 (2.6.1) of performance management: the same jobs and thresholds; whom they tell are
# subscriptions of their own, to all of them.  What is measured follows from the metric.
GET /vnfpm/api_versions  as demo
= 200
{"uriPrefix": "http://$host/vnfpm", "apiVersions": [{"version": "2.2.0", "isDeprecated": false}, {"version": "1.3.0", "isDeprecated": false}]}
GET /nspm/v1/api_versions  as demo
= 200
< Version: 1.2.0
{"uriPrefix": "http://$host/nspm/v1", "apiVersions": [{"version": "1.2.0", "isDeprecated": false}]}
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
{"vnfInstance": [{"id": "$vnf := text", "vnfdId": "$vnfd := text", ...}], "sapInfo": [{"id": "$sap := id", ...}], "nsdId": "$nsd := text", ...}
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 7, "in_bytes": 700, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 1000000000}], "memory_details": {"maximum": 512, "used": 128}}}
= 204

# ---- subscriptions, which version 2 has not
POST /vnfpm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pm"}
= 404
POST /vnfpm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pm", "filter": {"id": ["$ns"]}}
= 400
{"detail": "unknown attribute 'filter.id'", ...}
POST /vnfpm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pm", "filter": {"notificationTypes": ["AlarmNotification"]}}
= 400
{"detail": "filter.notificationTypes[0]: there is no 'AlarmNotification'", ...}
POST /vnfpm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pm", "filter": {"vnfInstanceSubscriptionFilter": {"vnfdIds": ["$vnfd"], "vnfInstanceIds": ["$vnf"]}}}
= 201
< Location: http://$host/vnfpm/v1/subscriptions/$pms
{"id": "$pms := id", "filter": {"vnfInstanceSubscriptionFilter": {"vnfdIds": ["$vnfd"], "vnfInstanceIds": ["$vnf"]}}, "callbackUri": "http://$receiver/cb/pm", "_links": {"self": {"href": "http://$host/vnfpm/v1/subscriptions/$pms"}}}
POST /vnfpm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/crossed", "filter": {"notificationTypes": "ThresholdCrossedNotification"}}
= 201
POST /vnfpm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/other", "filter": {"vnfInstanceSubscriptionFilter": {"vnfdIds": ["other"]}}}
= 201
POST /nspm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/ns", "filter": {"nsInstanceSubscriptionFilter": {"nsdIds": ["$nsd"]}}}
= 201
{"id": "$nss := id", ...}
GET /nspm/v1/subscriptions  as demo
= 200
[{"id": "$nss", ...}]

# ---- jobs
POST /vnfpm/v1/pm_jobs  as demo
{"objectType": "Vnf", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["VCpuUsageMeanVnf"], "collectionPeriod": 30, "reportingPeriod": 30}, "callbackUri": "http://$receiver/cb/cpu"}
= 400
{"detail": "unknown attribute 'objectType'; unknown attribute 'callbackUri'", ...}
POST /vnfpm/v1/pm_jobs  as demo
{"objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["Colour"], "collectionPeriod": 30, "reportingPeriod": 30}}
= 422
{"detail": "Colour is not measured of any object", ...}
POST /vnfpm/v1/pm_jobs  as demo
{"objectInstanceIds": ["$vnf"], "criteria": {"collectionPeriod": 30, "reportingPeriod": 30}}
= 422
{"detail": "criteria: performanceMetric or performanceMetricGroup is needed", ...}
POST /vnfpm/v1/pm_jobs  as demo
{"objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["VMemoryUsageMeanVnf"], "collectionPeriod": 30, "reportingPeriod": 30}}
= 201
< Location: http://$host/vnfpm/v1/pm_jobs/$job
{"id": "$job := uuid", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["VMemoryUsageMeanVnf"], "collectionPeriod": 30, "reportingPeriod": 30},
 "_links": {"self": {"href": "http://$host/vnfpm/v1/pm_jobs/$job"}, "objects": [{"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}]}}
POST /nspm/v1/pm_jobs  as demo
{"objectInstanceIds": ["$ns"], "criteria": {"performanceMetricGroup": ["Sap"], "collectionPeriod": 30, "reportingPeriod": 30}}
= 201
{"id": "$nsjob := uuid", ...}
# In version 2 each has a callback: what was made without one is not there.  Version 1 has both.
GET /vnfpm/v2/pm_jobs/$job  as demo
= 404
GET /vnfpm/v2/pm_jobs  as demo
= 200
[]
PATCH /vnfpm/v2/pm_jobs/$job  as demo
{"callbackUri": "http://$receiver/cb/cpu"}
= 404
DELETE /vnfpm/v2/pm_jobs/$job  as demo
= 404
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnf", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["VMemoryUsageMeanVnf"], "collectionPeriod": 30, "reportingPeriod": 30}, "callbackUri": "http://$receiver/cb/newer"}
= 201
{"id": "$newer := uuid", ...}
GET /vnfpm/v2/pm_jobs  as demo
= 200
[{"id": "$newer", "callbackUri": "http://$receiver/cb/newer", ...}]
GET /vnfpm/v1/pm_jobs?filter=(eq,id,$job)  as demo
= 200
[{"id": "$job", ...}]
GET /vnfpm/v1/pm_jobs?filter=(eq,id,$newer)  as demo
= 200
[{"id": "$newer", ...}]
DELETE /vnfpm/v1/pm_jobs/$newer  as demo
= 204
PATCH /vnfpm/v1/pm_jobs/$job  as demo
{"callbackUri": "http://$receiver/cb/cpu"}
= 405
GET /carrick/v1/subscriptions/$job  as demo
= 404

# ---- a threshold
POST /vnfpm/v1/thresholds  as demo
{"objectInstanceId": "$vnf", "criteria": {"performanceMetric": "VCpuUsageMeanVnf", "thresholdType": "SIMPLE", "simpleThresholdDetails": {"thresholdValue": 50, "hysteresis": 5}}}
= 201
{"id": "$threshold := uuid", "objectInstanceId": "$vnf", "criteria": {"performanceMetric": "VCpuUsageMeanVnf", "thresholdType": "SIMPLE", "simpleThresholdDetails": {"thresholdValue": 50, "hysteresis": 5}},
 "_links": {"self": {"href": "http://$host/vnfpm/v1/thresholds/$threshold"}, "object": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}}}
GET /vnfpm/v1/thresholds  as demo
= 200
[{"id": "$threshold", ...}]
GET /vnfpm/v2/thresholds/$threshold  as demo
= 404

# ---- what is told
PUT site:/figures  as demo
{"counters": {"carrick_counters": {"ports": [{"id": "$sap", "in_packets": 9, "in_bytes": 900, "out_packets": 0, "out_bytes": 0}]}},
 "diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 25000000000}], "memory_details": {"maximum": 512, "used": 256}}}
= 204
clock +30s
GET receiver:/got/crossed/1  as nobody
~ 200
{"authorization": null, "version": "1.3.0", "notifications": [{"id": "$ := uuid", "notificationType": "ThresholdCrossedNotification", "subscriptionId": "$ := uuid", "timeStamp": "$ := time", "thresholdId": "$threshold", "crossingDirection": "UP",
 "objectInstanceId": "$vnf", "performanceMetric": "VCpuUsageMeanVnf", "performanceValue": 80,
 "_links": {"objectInstance": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}, "threshold": {"href": "http://$host/vnfpm/v1/thresholds/$threshold"}, "subscription": {"href": "$ := text"}}}]}
GET receiver:/got/pm/2  as nobody
~ 200
GET receiver:/got/ns/1  as nobody
~ 200
{"version": "1.2.0", "notifications": [{"id": "$ := uuid", "notificationType": "PerformanceInformationAvailableNotification", "subscriptionId": "$nss", "timeStamp": "$ := time", "objectInstanceId": "$ns",
 "_links": {"objectInstance": {"href": "http://$host/nslcm/v1/ns_instances/$ns"}, "pmJob": {"href": "http://$host/nspm/v1/pm_jobs/$nsjob"}, "performanceReport": {"href": "http://$host/nspm/v1/pm_jobs/$nsjob/reports/$nsreport := uuid"}, "subscription": {"href": "http://$host/nspm/v1/subscriptions/$nss"}}}], ...}
GET receiver:/got/other/1  as nobody
= 404
# In 2.6.1 the type of an object is its descriptor; what is measured is the object.
GET /nspm/v1/pm_jobs/$nsjob/reports/$nsreport  as demo
= 200
{"entries": [{"objectType": "$nsd", "objectInstanceId": "$sap", "performanceMetric": "ByteIncomingSap", "performanceValues": [{"timeStamp": "$ := time", "value": 0}]},
 {"performanceMetric": "ByteOutgoingSap", "performanceValues": [{"value": 200, ...}], ...}, {...}, {...}]}
GET /vnfpm/v1/pm_jobs/$job  as demo
= 200
{"reports": [{"href": "http://$host/vnfpm/v1/pm_jobs/$job/reports/$report := uuid", "readyTime": "$ := time", "expiryTime": "$ := time"}], ...}
GET /vnfpm/v2/pm_jobs/$job/reports/$report  as demo
= 404
GET /vnfpm/v1/pm_jobs/$job/reports/$report  as demo
= 200
{"entries": [{"objectType": "$vnfd", "objectInstanceId": "$vnf", "performanceMetric": "VMemoryUsageMeanVnf", "performanceValues": [{"timeStamp": "$ := time", "value": 37.5}]}]}
DELETE /vnfpm/v1/pm_jobs/$job  as demo
= 204
DELETE /vnfpm/v1/thresholds/$threshold  as demo
= 204
DELETE /vnfpm/v1/subscriptions/$pms  as demo
= 204
