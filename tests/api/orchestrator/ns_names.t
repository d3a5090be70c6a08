# Instances of a profile are numbered; what another profile is called is none of their names.
include service demo
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$alike := id", ...}
PUT /nsd/v2/ns_descriptors/$alike/nsd_content  as demo
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
  nsd_file_structure_version: 1.0
  nsd_release_date_time: 2025-01-01T00:00:00Z
Source: nsd.yaml
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
node_types:
  tests.Function:
    derived_from: tosca.nodes.nfv.VNF
    requirements:
      - virtual_link_in: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
      - virtual_link_out: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: alike, invariant_id: alike, designer: d, version: '1', name: n, flavour_id: default }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    fw:
      type: tests.Function
      properties: { descriptor_id: function, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
        vnf_profile: { instantiation_level: one, min_number_of_instances: 2, max_number_of_instances: 4 } }
      requirements: [ { virtual_link_in: data }, { virtual_link_out: data } ]
    fw-1:
      type: tests.Function
      properties: { descriptor_id: function, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
        vnf_profile: { instantiation_level: one, min_number_of_instances: 1, max_number_of_instances: 2 } }
      requirements: [ { virtual_link_in: data }, { virtual_link_out: data } ]
= 202
GET /nsd/v2/ns_descriptors/$alike  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "alike", "nsName": "alike", "nsDescription": "d"}
= 201
{"id": "$ans := id", ...}
POST /nslcm/v2/ns_instances/$ans/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ans  as demo
= 200
{"vnfInstance": [{"vnfInstanceName": "alike-fw-1", ...}, {"vnfInstanceName": "alike-fw-1-2", ...}, {"vnfInstanceName": "alike-fw-2", ...}], ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}
POST /nslcm/v2/ns_instances/$ans/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw-1"}, {"vnfProfileId": "fw"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ans  as demo
= 200
{"vnfInstance": [{"vnfInstanceName": "alike-fw-1", ...}, {"vnfInstanceName": "alike-fw-1-2", ...}, {"vnfInstanceName": "alike-fw-1-3", ...},
 {"vnfInstanceName": "alike-fw-2", ...}, {"vnfInstanceName": "alike-fw-3", ...}], ...}
POST /nslcm/v2/ns_instances/$ans/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/holdings  as demo
= 200
[]
