# Boot data of a VNF of a service: its inputs are what ParamsForVnf has for the profile.
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
    requirements: { virtual_link: [ out, virtual_link ] }
  inputs:
    name: { type: string }
    greeting: { type: string, default: hello }
    carrick_ssh_public_key: { type: string }
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: days, descriptor_version: '1', provider: acme, product_name: web,
        software_version: '2', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    front:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: front, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 },
        boot_data: { content_or_file_data: { content: { concat: [ { get_input: greeting }, ' ', { get_input: name } ] } } } }
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
      properties: { order: 0, layer_protocols: [ ipv4 ], virtual_network_interface_requirements: [
        { network_interface_requirements: { management: ssh, management_port: '1' } } ] }
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
      properties: { descriptor_id: days, descriptor_version: '1', provider: acme, product_name: web,
        software_version: '2', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
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
# An input that has no value is told before anything is begun, with all else that is wrong.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForVnf": [{"vnfProfileId": "two"}]}
= 422
{"detail": "additionalParamsForVnf[0]: the NSD has no VNF profile two; VNF profile one: boot data of VDU front: input name has no value", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default"}}
= 422
{"detail": "VNF profile one: boot data of VDU front: input name has no value", ...}
GET /nslcm/v2/ns_lcm_op_occs  as demo
= 200
[]
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default", "additionalParamsForVnf": [{"vnfProfileId": "one", "additionalParams": {"name": "you"}}]}}
= 200
{"plan": "$ := any", "capacity": "$ := any"}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForVnf": [{"vnfProfileId": "one", "additionalParams": {"name": "you"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"user_data": "aGVsbG8geW91", ...}]}
GET /vnflcm/v2/vnf_lcm_op_occs?all_fields  as demo
= 200
[{"operationParams": {"flavourId": "f", "additionalParams": {"name": "you"}}, ...}]
