# VNF indicators (SOL003 clause 8): what the VNFD declares and the site measures has a value, the rest is absent (decision 035).
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$pkg := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$pkg/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: web
  vnf_provider_id: acme
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: vnfd.yaml
Source: image
@file vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
interface_types:
  acme.Indicators:
    derived_from: tosca.interfaces.nfv.VnfIndicator
    notifications:
      calls: { description: what only the function knows }
      load: { description: how busy it is }
      v_memory_usage_mean_vnf: { description: as IFA027 has it }
data_types:
  acme.Extensions:
    derived_from: tosca.datatypes.nfv.VnfInfoModifiableAttributesExtensions
    properties:
      element_manager_url: { type: string, required: false }
  acme.Modifiable:
    derived_from: tosca.datatypes.nfv.VnfInfoModifiableAttributes
    properties:
      extensions: { type: acme.Extensions, required: false }
node_types:
  acme.Gauge:
    derived_from: tosca.nodes.nfv.VNF
    properties:
      modifiable_attributes: { type: acme.Modifiable, required: false }
    interfaces:
      VnfIndicator: { type: acme.Indicators }
topology_template:
  substitution_mappings:
    node_type: acme.Gauge
    requirements: { virtual_link: [ out, virtual_link ] }
  node_templates:
    vnf:
      type: acme.Gauge
      properties: { monitoring_parameters: { load: { name: load, performance_metric: v_cpu_usage_mean_vnf } },
        descriptor_id: gauge, descriptor_version: '1', provider: acme, product_name: web,
        software_version: '2', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    front:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: front, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
    out:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 0, layer_protocols: [ ipv4 ] }
      requirements: [ { virtual_binding: front } ]
  policies:
    - deltas:
        type: tosca.policies.nfv.VduInitialDelta
        targets: [ front ]
        properties: { initial_delta: { number_of_instances: 1 } }
    - levels:
        type: tosca.policies.nfv.InstantiationLevels
        properties: { levels: { default: { description: d } }, default_level: default }
    - front_levels:
        type: tosca.policies.nfv.VduInstantiationLevels
        targets: [ front ]
        properties: { levels: { default: { number_of_instances: 1 } } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
GET /vnfind/api_versions  as demo
= 200
{"uriPrefix": "http://$host/vnfind", "apiVersions": [{"version": "1.4.0", "isDeprecated": false}]}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "gauge", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", ...}

# ---- who is told
POST /vnfind/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/load", "filter": {"indicatorIds": ["load"], "notificationTypes": "VnfIndicatorValueChangeNotification", "vnfInstanceSubscriptionFilter": {"vnfdIds": ["gauge"]}}}
= 201
< Location: http://$host/vnfind/v1/subscriptions/$loads
{"id": "$loads := id", "filter": {...}, "callbackUri": "http://$receiver/cb/load", "_links": {"self": {"href": "http://$host/vnfind/v1/subscriptions/$loads"}}}
POST /vnfind/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/all"}
= 201
POST /vnfind/v1/subscriptions  as alice
{"callbackUri": "http://$receiver/cb/alice"}
= 201
POST /vnfind/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/all", "filter": {"notificationTypes": ["AlarmNotification"]}}
= 400

# ---- a look is no value yet: it is of a whole period.  The look that makes the job is the first here, and
# its reports tell that a round is over.
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 1000000000}], "memory_details": {"maximum": 400, "used": 100}}}
= 204
POST /vnfpm/v2/pm_jobs  as demo
{"objectType": "Vnf", "objectInstanceIds": ["$vnf"], "criteria": {"performanceMetric": ["VCpuUsageMeanVnf"], "collectionPeriod": 30, "reportingPeriod": 30}, "callbackUri": "http://$receiver/cb/beat"}
= 201
GET /vnfind/v1/indicators  as demo
= 200
[]
GET /vnfind/v1/indicators/$vnf/load  as demo
= 404
{"detail": "VNF instance $vnf has no indicator load with a value", ...}
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 19000000000}], "memory_details": {"maximum": 400, "used": 100}}}
= 204
clock +30s
GET receiver:/got/load/1  as nobody
~ 200
{"authorization": null, "version": "1.4.0", "notifications": [{"id": "$ := uuid", "notificationType": "VnfIndicatorValueChangeNotification", "subscriptionId": "$loads", "timeStamp": "$ := time", "vnfIndicatorId": "load", "vnfInstanceId": "$vnf", "value": 60,
 "_links": {"vnfInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}, "subscription": {"href": "http://$host/vnfind/v1/subscriptions/$loads"}}}]}
GET receiver:/got/all/2  as nobody
~ 200
GET receiver:/got/alice/1  as nobody
= 404
# What only the function knows has no source here, and is absent.
GET /vnfind/v1/indicators  as demo
= 200
[{"id": "load", "value": 60, "vnfInstanceId": "$vnf", "_links": {"self": {"href": "http://$host/vnfind/v1/indicators/$vnf/load"}, "vnfInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}}},
 {"id": "v_memory_usage_mean_vnf", "value": 25, ...}]
GET /vnfind/v1/indicators?filter=(gt,value,50)  as demo
= 200
[{"id": "load", ...}]
GET /vnfind/v1/indicators/$vnf  as demo
= 200
[{"id": "load", ...}, {"id": "v_memory_usage_mean_vnf", ...}]
GET /vnfind/v1/indicators/$vnf/load  as demo
= 200
{"id": "load", "value": 60, "vnfInstanceId": "$vnf", "_links": {...}}
GET /vnfind/v1/indicators/$vnf/calls  as demo
= 404
GET /vnfind/v1/indicators/$loads  as demo
= 404
GET /vnfind/v1/indicators  as alice
= 200
[]
GET /vnfind/v1/indicators/$vnf  as alice
= 404
GET /vnfind/v1/indicators/$vnf/load  as alice
= 404
{"detail": "Vnf instance $vnf could not be found.", ...}
PUT /vnfind/v1/indicators/$vnf/load  as demo
{"value": 1}
= 405

# ---- the same value is no news; a figure that is not told any more has no value
PUT site:/figures  as demo
{"diagnostics": {"num_cpus": 1, "cpu_details": [{"id": 0, "time": 37010000000}], "memory_details": {"maximum": 400, "used": null}}}
= 204
clock +30s
GET receiver:/got/beat/2  as nobody
~ 200
GET /vnfind/v1/indicators/$vnf  as demo
= 200
[{"id": "load", "value": 60, ...}]
GET receiver:/got/load/2  as nobody
= 404

# ---- what only the function knows: its element manager is asked, of what the VNFD declares and no site measures (decision 049)
PUT receiver:/em  as nobody
[{"id": "calls", "value": 7, "vnfInstanceId": "$vnf"}, {"id": "load", "value": 1, "vnfInstanceId": "$vnf"}, {"id": "undeclared", "value": 2, "vnfInstanceId": "$vnf"}]
= 204
POST /vnfind/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/calls", "filter": {"indicatorIds": ["calls"]}}
= 201
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> Content-Type: application/merge-patch+json
{"extensions": {"element_manager_url": "http://$receiver/em"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$managed := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$managed  as demo
~ 200
{"operationState": "COMPLETED", ...}
clock +30s
GET receiver:/got/calls/1  as nobody
~ 200
{"notifications": [{"vnfIndicatorId": "calls", "value": 7, ...}], ...}
GET /vnfind/v1/indicators/$vnf  as demo
= 200
[{"id": "calls", "value": 7, "vnfInstanceId": "$vnf", ...}, {"id": "load", "value": 0, ...}]
# Texts are values too; what has no room, or is not a value, is not told.
PUT receiver:/em  as nobody
[{"id": "calls", "value": "many", "vnfInstanceId": "$vnf"}]
= 204
clock +30s
GET receiver:/got/calls/2  as nobody
~ 200
{"notifications": [{...}, {"value": "many", ...}], ...}
PUT receiver:/em  as nobody
[{"id": "calls", "value": {"now": 7}, "vnfInstanceId": "$vnf"}]
= 204
clock +30s
GET /vnfind/v1/indicators/$vnf  as demo
~ 200
[{"id": "load", ...}]
# One that is dead tells nothing, and what it told last is not told any more; what sites measure goes on.
PUT receiver:/em  as nobody
[{"id": "calls", "value": 8, "vnfInstanceId": "$vnf"}]
= 204
clock +30s
GET /vnfind/v1/indicators/$vnf  as demo
~ 200
[{"id": "calls", "value": 8, ...}, {"id": "load", ...}]
PUT receiver:/em  as nobody
[]
= 204
clock +30s
GET /vnfind/v1/indicators/$vnf  as demo
~ 200
[{"id": "load", ...}]
# What is no URL is not called.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> Content-Type: application/merge-patch+json
{"extensions": {"element_manager_url": "file:///etc/passwd"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$odd := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$odd  as demo
~ 200
{"operationState": "COMPLETED", ...}
clock +30s
GET /vnfind/v1/indicators/$vnf  as demo
~ 200
[{"id": "load", ...}]

# ---- what is not instantiated has no indicators
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$end := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$end  as demo
~ 200
{"operationState": "COMPLETED", ...}
clock +30s
GET /vnfind/v1/indicators/$vnf  as demo
~ 200
[]
GET /vnfind/v1/subscriptions/$loads  as demo
= 200
{"id": "$loads", ...}
DELETE /vnfind/v1/subscriptions/$loads  as demo
= 204
