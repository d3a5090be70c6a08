# What the VNFs of a service say when it ends: their scripts are run before, and nothing that fails of them
# holds it up.  The server of this one has no address to be asked at.
include scripted demo begins 1 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac start
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
  nsd_file_structure_version: 1.0
  nsd_release_date_time: 2025-01-01T00:00:00Z
Source: nsd.yaml
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    client:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: data } ]
    one:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: begins, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
        vnf_profile: { min_number_of_instances: 1, max_number_of_instances: 2 } }
      requirements: [ { virtual_link: data } ]
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", "status": "UP", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "service", "nsName": "demo", "nsDescription": "d"}
= 201
{"id": "$ns := id", ...}

# The site's networks lead nowhere, so what has scripts is not placed there; but the operator may know better.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default"}}
= 200
{"error": "no site for VNF one; not east: its servers are not reached from here, and the package has script scale_start to be run at them (the site's 'scripts' may say otherwise)", ...}
PATCH /carrick/v1/sites/$east  as demo
{"scripts": "YES"}
= 200
{"scripts": "YES", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operation,TERMINATE)  as demo
= 200
[{"id": "$end2 := uuid", "operationState": "COMPLETED", ...}]
GET /carrick/v1/operations/$end2  as demo
= 200
{"steps": [{"label": "holdings", ...}, {"label": "grant", ...}, {"label": "started", ...}, {"label": "scripts", ...},
 {"label": "terminate_start front", "state": "DONE", "output": {"problem": "connection point out of VNFC front has no address at its site", ...}, ...},
 ...], ...}

# By force it is not asked.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := uuid", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{"terminateVnfData": [{"vnfInstanceId": "$vnf", "terminationType": "FORCEFUL"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operation,TERMINATE);(eq,vnfInstanceId,$vnf)  as demo
= 200
[{"id": "$end4 := uuid", "operationState": "COMPLETED", ...}]
GET /carrick/v1/operations/$end4  as demo
= 200
{"steps": [{"label": "holdings", ...}, {"label": "grant", ...}, {"label": "started", ...}, {"kind": "vim server delete", ...}, ...], ...}
