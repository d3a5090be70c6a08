# What a VNFD declares for clients to set: configurable properties and extensions (SOL003 5.5.2.2), at a site in
# memory.  They begin as the VNFD says, are held against it, and reach boot data and scripts.
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
  compatible_specification_versions: 2.7.1,3.1.1
Source: vnfd.yaml
Source: image
Source: hello.sh
@file hello.sh
#!/bin/sh
echo hello
@file vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
data_types:
  acme.Additional:
    derived_from: tosca.datatypes.nfv.VnfAdditionalConfigurableProperties
    properties:
      log_level: { type: string, required: false, constraints: [ valid_values: [ info, debug ] ] }
      workers: { type: integer, required: false, default: 2, constraints: [ in_range: [ 1, 16 ] ] }
      peers: { type: list, entry_schema: { type: string, constraints: [ min_length: 2 ] }, required: false }
  acme.Configurable:
    derived_from: tosca.datatypes.nfv.VnfConfigurableProperties
    properties:
      additional_configurable_properties: { type: acme.Additional, required: false }
  acme.Extensions:
    derived_from: tosca.datatypes.nfv.VnfInfoModifiableAttributesExtensions
    properties:
      proxy: { type: string, required: false }
  acme.Modifiable:
    derived_from: tosca.datatypes.nfv.VnfInfoModifiableAttributes
    properties:
      extensions: { type: acme.Extensions, required: false }
node_types:
  acme.Web:
    derived_from: tosca.nodes.nfv.VNF
    properties:
      configurable_properties: { type: acme.Configurable, required: false }
      modifiable_attributes: { type: acme.Modifiable, required: false }
topology_template:
  substitution_mappings:
    node_type: acme.Web
    requirements: { virtual_link: [ out, virtual_link ] }
  node_templates:
    vnf:
      type: acme.Web
      properties:
        descriptor_id: props
        descriptor_version: '1'
        provider: acme
        product_name: web
        software_version: '2'
        vnfm_info: [ 'etsivnfm:v2.0.0' ]
        flavour_id: f
        flavour_description: d
        configurable_properties: { is_autoheal_enabled: true, additional_configurable_properties: { log_level: info } }
        modifiable_attributes: { extensions: { proxy: none } }
      interfaces:
        Vnflcm:
          modify_information_end: { implementation: { primary: hello.sh, timeout: 1 } }
    front:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: front, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 },
        boot_data: { content_or_file_data: { content: { concat: [
            { get_property: [ vnf, configurable_properties, additional_configurable_properties, log_level ] }, ' ',
            { get_property: [ vnf, modifiable_attributes, extensions, proxy ] }, ' ',
            { get_property: [ vnf, configurable_properties, additional_configurable_properties, workers ] } ] } } } }
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
{"onboardingState": "ONBOARDED", "compatibleSpecificationVersions": "2.7.1,3.1.1", ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$pkg2 := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$pkg2/package_content  as demo
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
data_types:
  acme.Additional:
    derived_from: tosca.datatypes.nfv.VnfAdditionalConfigurableProperties
    properties:
      log_level: { type: string, required: false, constraints: [ valid_values: [ info, trace ] ] }
      threads: { type: integer, required: false, default: 5 }
  acme.Configurable:
    derived_from: tosca.datatypes.nfv.VnfConfigurableProperties
    properties:
      additional_configurable_properties: { type: acme.Additional, required: false }
  acme.Extensions:
    derived_from: tosca.datatypes.nfv.VnfInfoModifiableAttributesExtensions
    properties:
      proxy: { type: string, required: false }
  acme.Modifiable:
    derived_from: tosca.datatypes.nfv.VnfInfoModifiableAttributes
    properties:
      extensions: { type: acme.Extensions, required: false }
node_types:
  acme.Web:
    derived_from: tosca.nodes.nfv.VNF
    properties:
      configurable_properties: { type: acme.Configurable, required: false }
      modifiable_attributes: { type: acme.Modifiable, required: false }
topology_template:
  substitution_mappings:
    node_type: acme.Web
    requirements: { virtual_link: [ out, virtual_link ] }
  node_templates:
    vnf:
      type: acme.Web
      properties:
        descriptor_id: props-2
        descriptor_version: '1'
        provider: acme
        product_name: web
        software_version: '3'
        vnfm_info: [ 'etsivnfm:v2.0.0' ]
        flavour_id: f
        flavour_description: d
        configurable_properties: { is_autoheal_enabled: true, is_autoscale_enabled: true, additional_configurable_properties: { log_level: info } }
        modifiable_attributes: { extensions: { proxy: none } }
    front:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: front, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 },
        boot_data: { content_or_file_data: { content: { concat: [
            { get_property: [ vnf, configurable_properties, additional_configurable_properties, log_level ] }, ' ',
            { get_property: [ vnf, modifiable_attributes, extensions, proxy ] }, ' ',
            { get_property: [ vnf, configurable_properties, additional_configurable_properties, threads ] } ] } } } }
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
GET /vnfpkgm/v2/vnf_packages/$pkg2  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "props", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", "vnfConfigurableProperties": {"isAutohealEnabled": false, "log_level": "info", "workers": 2}, "extensions": {"proxy": "none"}, ...}
# A list leaves them out unless it is asked for them.
GET /vnflcm/v2/vnf_instances  as demo
= 200
[{"id": "$vnf", "vnfInstanceName": "a", "vnfdId": "props", "vnfProvider": "acme", "vnfProductName": "web", "vnfSoftwareVersion": "2", "vnfdVersion": "1",
  "instantiationState": "NOT_INSTANTIATED", "_links": "$ := any"}]

# Every fault is told.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"vnfConfigurableProperties": {"log_level": "loud", "workers": "3", "peers": ["ab", "c"], "colour": "red", "isAutohealEnabled": true}, "extensions": {"proxy": 1, "speed": 2}}
= 422
{"detail": "vnfConfigurableProperties.log_level: \"loud\" is not one of: info, debug; vnfConfigurableProperties.workers: is no integer; vnfConfigurableProperties.peers[1]: length 1 breaks min_length 2; vnfConfigurableProperties.colour: the VNFD declares no such property; vnfConfigurableProperties.isAutohealEnabled: nothing is scaled or healed here without being asked: it can only be false; extensions.proxy: is no string; extensions.speed: the VNFD declares no such property", ...}
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"vnfConfigurableProperties": {"workers": 17}}
= 422
{"detail": "vnfConfigurableProperties.workers: 17 is not in the range 1 to 16", ...}
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"vnfConfigurableProperties": [1]}
= 400

# Merged into what is there; null removes.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> Content-Type: application/merge-patch+json
{"vnfConfigurableProperties": {"workers": 4, "peers": ["ab"]}, "extensions": {"proxy": null}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", "operation": "MODIFY_INFO",
 "changedInfo": {"vnfConfigurableProperties": {"workers": 4, "peers": ["ab"]}, "extensions": {}}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfConfigurableProperties": {"isAutohealEnabled": false, "log_level": "info", "workers": 4, "peers": ["ab"]}, "extensions": {}, ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "127.0.0.0/8"}}
= 201

# At the instantiation too, with all that is wrong besides.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vnfConfigurableProperties": {"log_level": 1}, "extVirtualLinks": []}
= 422
{"detail": "vnfConfigurableProperties.log_level: is no string; connection point out (virtual_link) is not connected by extVirtualLinks", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vnfConfigurableProperties": {"log_level": "debug"}, "extensions": {"proxy": "cache:3128"}, "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111",
 "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["127.0.0.1"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "changedInfo": {"vnfConfigurableProperties": {"log_level": "debug"}, "extensions": {"proxy": "cache:3128"}}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfConfigurableProperties": {"isAutohealEnabled": false, "log_level": "debug", "workers": 4, "peers": ["ab"]}, "extensions": {"proxy": "cache:3128"}, ...}
# "debug cache:3128 4"
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$server := text", "user_data": "ZGVidWcgY2FjaGU6MzEyOCA0", ...}]}

# Of what runs, the package's script tells its servers: here nobody answers, and it is taken back.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"vnfConfigurableProperties": {"workers": 8}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$detail := text", "status": 503, ...}, ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op3)  as demo
= 200
[{"operation": "modify_information_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfConfigurableProperties": {"isAutohealEnabled": false, "log_level": "debug", "workers": 4, "peers": ["ab"]}, ...}

# Another package: what it declares too stays where it may, the rest goes, and what is new begins.
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "props-2"}
= 422
{"detail": "vnfConfigurableProperties.log_level: \"debug\" is not one of: info, trace", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "props-2", "vnfConfigurableProperties": {"log_level": "trace"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED",
 "modificationsTriggeredByVnfPkgChange": {"vnfdId": "props-2", "vnfConfigurableProperties": {"isAutohealEnabled": false, "isAutoscaleEnabled": false, "log_level": "trace", "threads": 5}, "extensions": {"proxy": "cache:3128"}, ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfdId": "props-2", "vnfConfigurableProperties": {"isAutohealEnabled": false, "isAutoscaleEnabled": false, "log_level": "trace", "threads": 5}, "extensions": {"proxy": "cache:3128"}, ...}
# "trace cache:3128 5"
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$server", "user_data": "dHJhY2UgY2FjaGU6MzEyOCA1", ...}]}
