# An instance with one thing at a site, which denies that and shows nothing else of ours: it may be another project's
# word, and is not believed either; where the site shows that it is ours, it is.
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
topology_template:
  substitution_mappings:
    node_type: tosca.nodes.nfv.VNF
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: web, descriptor_version: '1', provider: acme, product_name: web,
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
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p", "containers": "YES"}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "one"}
= 201
{"id": "$one := id", ...}
POST /vnflcm/v2/vnf_instances/$one/instantiate  as demo
{"flavourId": "f"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/holdings  as demo
= 200
[{"kind": "server", "resource_id": "$server := text", ...}]
PUT site:/lose/$server  as demo
= 204
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$one"}
= 200
{"differences": [], "unknown": [{"siteName": "east", "reason": "$ := text", ...}], ...}

# Another instance's things are there: it is the project that we know.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "two"}
= 201
{"id": "$two := id", ...}
POST /vnflcm/v2/vnf_instances/$two/instantiate  as demo
{"flavourId": "f"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$one"}
= 200
{"differences": [{"difference": "MISSING", "kind": "server", "mendedBy": "HEAL", ...}], "unknown": [], ...}
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[{"managedObjectId": "$one", "probableCause": "SERVER_MISSING", ...}]
