# The life of an NS (SOL005 clause 6), at a site in memory, seen in both major versions.
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
  vnf_product_name: n
  vnf_provider_id: p
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
    requirements: { virtual_link: [ out, virtual_link ] }
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: pair, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    front:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: front, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts:
        image: &image
          type: tosca.artifacts.nfv.SwImage
          file: image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
    back:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: back, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 2 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts: { image: *image }
    out:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 0, layer_protocols: [ ipv4 ] }
      requirements: [ { virtual_binding: front } ]
    front_in:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 1, layer_protocols: [ ipv4 ] }
      requirements: [ { virtual_binding: front }, { virtual_link: inside } ]
    back_in:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 0, layer_protocols: [ ipv4 ] }
      requirements: [ { virtual_binding: back }, { virtual_link: inside } ]
    inside:
      type: tosca.nodes.nfv.VnfVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
  policies:
    - deltas:
        type: tosca.policies.nfv.VduInitialDelta
        targets: [ front, back ]
        properties: { initial_delta: { number_of_instances: 1 } }
    - levels:
        type: tosca.policies.nfv.InstantiationLevels
        properties: { levels: { one: { description: d }, two: { description: d } }, default_level: one }
    - front_levels:
        type: tosca.policies.nfv.VduInstantiationLevels
        targets: [ front ]
        properties: { levels: { one: { number_of_instances: 1 }, two: { number_of_instances: 1 } } }
    - back_levels:
        type: tosca.policies.nfv.VduInstantiationLevels
        targets: [ back ]
        properties: { levels: { one: { number_of_instances: 1 }, two: { number_of_instances: 2 } } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$nsd := id", ...}
PUT /nsd/v2/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: nsd.yaml
ETSI-Entry-Manifest: nsd.mf
@file nsd.mf
metadata:
  nsd_designer: d
  nsd_name: n
  nsd_invariant_id: i
  nsd_file_structure_version: 1.0
  nsd_release_date_time: 2025-01-01T00:00:00Z
  compatible_specification_versions: 3.7.1
Source: nsd.yaml
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        description: d
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 },
          virtual_link_protocol_data: [ { associated_layer_protocol: ipv4,
            l3_protocol_data: { name: data, ip_version: ipv4, cidr: 10.10.0.0/24 } } ] }
    client:
      type: tosca.nodes.nfv.Sap
      properties: { description: d, layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ internal_virtual_link: data ]
    pair:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: pair, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
        vnf_profile: { instantiation_level: one, min_number_of_instances: 1, max_number_of_instances: 1 } }
      requirements: [ virtual_link: data ]
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", "vnfPkgIds": ["$pkg"], ...}
GET /nsd/v1/ns_descriptors/$nsd  as demo
= 200
{"nsdOnboardingState": "ONBOARDED", "vnfPkgIds": ["$pkg"], ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", "status": "UP", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "service", "nsName": "a", "nsDescription": "of this story"}
= 201
< Location: http://$host/nslcm/v2/ns_instances/$ns
{"id": "$ns := id", "nsState": "NOT_INSTANTIATED", ...}
GET /nslcm/v1/ns_instances/$ns  as demo
= 200
{"id": "$ns", "nsInstanceName": "a", "nsInstanceDescription": "of this story", "nsdId": "service", "nsdInfoId": "$nsd", "vnfInstance": [], "nsState": "NOT_INSTANTIATED",
 "_links": {"self": {"href": "http://$host/nslcm/v1/ns_instances/$ns"}, "instantiate": {"href": "http://$host/nslcm/v1/ns_instances/$ns/instantiate"}}}
POST /nslcm/v1/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "f", "sapData": [{"sapdId": "client", "sapName": "c", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v1/ns_lcm_op_occs/$op := uuid
GET /nslcm/v1/ns_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "INSTANTIATE", "statusEnteredTime": "$ := time", "resourceChanges": {...}, ...}
GET /nslcm/v2/ns_lcm_op_occs/$op  as demo
= 200
{"operationState": "COMPLETED", "stateEnteredTime": "$ := time", "resourceChanges": {...}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"nsState": "INSTANTIATED", "flavourId": "f", "vnfInstance": [{"vnfdId": "pair", "instantiationState": "INSTANTIATED", ...}], "virtualLinkInfo": [{"linkPort": [{"id": "$sap := id", "resourceHandle": {"vimId": "$east", ...}}, {...}], ...}],
 "sapInfo": [{"id": "$sap", "sapdId": "client", ...}], ...}
GET /nslcm/v1/ns_instances/$ns  as demo
= 200
{"nsState": "INSTANTIATED", "vnfInstance": [{"id": "$vnf := id", "vnfdId": "pair", ...}], ...}
GET /vnflcm/v1/vnf_instances/$vnf  as demo
= 200
{"id": "$vnf", "vnfdId": "pair", ...}
GET /nslcm/v2/ns_instances?all_fields  as demo
= 200
[{"id": "$ns", ...}]
GET /nslcm/v1/ns_lcm_op_occs?all_fields&filter=(gt,statusEnteredTime,2020-01-01T00:00:00Z)  as demo
= 200
[{"id": "$op", ...}]
GET /nslcm/v2/ns_lcm_op_occs  as demo
= 200
[{"id": "$op", ...}]
GET /vnflcm/v2/vnf_lcm_op_occs?all_fields  as demo
= 200
[{"vnfInstanceId": "$vnf", "isAutomaticInvocation": true, ...}]
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$end := uuid
GET /nslcm/v2/ns_lcm_op_occs/$end  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "TERMINATE", ...}
DELETE /nslcm/v1/ns_instances/$ns  as demo
= 204
