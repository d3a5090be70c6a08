# The life of an NS (SOL005 clause 6), at a site in memory, seen in both major versions.
include pair v2
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
