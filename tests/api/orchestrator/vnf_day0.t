# Day 0 and day 1 of a VNF at a site in memory: boot data whose inputs are the request's, and a script of the
# package for a server that nobody reaches: nothing listens at its port.
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
Source: hello.sh
@file hello.sh
#!/bin/sh
echo hello
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
      interfaces:
        Vnflcm:
          instantiate_end: { implementation: { primary: hello.sh, timeout: 1 } }
    front:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: front, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 },
        boot_data: { vim_specific_properties: { vim_type: openstack, properties: { config_drive: 'true' } },
          content_or_file_data: { content: { concat: [ { get_input: greeting }, ' ', { get_input: name }, ' ',
            { get_property: [ vnf, modifiable_attributes, metadata, owner ] } ] } } } }
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
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "days", "vnfInstanceName": "a", "metadata": {"owner": "me"}}
= 201
{"id": "$vnf := id", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "127.0.0.0/8"}}
= 201

# An input that has no value is told before anything is begun.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 422
{"status": 422, "detail": "boot data of VDU front: input name has no value", ...}

# Its server is made and told what it is to be told; then the script finds nobody.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "additionalParams": {"name": "you", "unused": 1}, "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111",
 "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["127.0.0.1"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$detail := text", "status": 503, ...}, ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"user_data": "aGVsbG8geW91IG1l", "config_drive": true, ...}]}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op)  as demo
= 200
[{"id": "$run := id", "vnfInstanceId": "$vnf", "operation": "instantiate_end", "vnfc": "front", "address": "127.0.0.1",
  "problem": "no SSH login as root at 127.0.0.1 port 1 within 1 s: Connection refused", ...}]
GET /carrick/v1/script_runs/$run  as demo
= 200
{"id": "$run", "output": "", "outputBytes": 0, ...}
GET /carrick/v1/script_runs/$run  as alice
= 404
# It can be taken back, and its runs go with the instance.
POST /vnflcm/v2/vnf_lcm_op_occs/$op/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": []}
DELETE /vnflcm/v2/vnf_instances/$vnf  as demo
= 204
GET /carrick/v1/script_runs  as demo
= 200
[]
