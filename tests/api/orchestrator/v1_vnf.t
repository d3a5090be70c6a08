# Version 1 (SOL003 and SOL005 2.6.1) of a VNF's life: the same objects as version 2, in the older form.
GET /vnflcm/api_versions  as demo
= 200
{"uriPrefix": "http://$host/vnflcm", "apiVersions": [{"version": "2.3.0", "isDeprecated": false}, {"version": "1.3.0", "isDeprecated": false}]}
GET /vnflcm/v1/api_versions  as demo
= 200
< Version: 1.3.0
{"uriPrefix": "http://$host/vnflcm/v1", "apiVersions": [{"version": "1.3.0", "isDeprecated": false}]}
GET /vnflcm/v1/vnf_instances  as demo
> Version: 2.0.0
= 406
< Version: 1.3.0
GET /vnflcm/v1/vnf_instances  as demo
> Version: 1.1.0
= 200
[]
PUT /vnflcm/v1/vnf_instances  as demo
{}
= 405
< Version: 1.3.0

POST /vnfpkgm/v1/vnf_packages  as demo
{}
= 201
{"id": "$pkg := id", ...}
PUT /vnfpkgm/v1/vnf_packages/$pkg/package_content  as demo
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
GET /vnfpkgm/v1/vnf_packages/$pkg  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}
# What version 2 alone can say is not told, and is kept.
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
= 200
{"onboardingState": "ONBOARDED", "vnfmInfo": ["etsivnfm:v2.0.0"], ...}
GET /vnfpkgm/v1/vnf_packages/$pkg  as demo
= 200
< Version: 1.2.0
{"id": "$pkg", "vnfdId": "pair", "vnfProvider": "p", "vnfProductName": "n", "vnfSoftwareVersion": "1", "vnfdVersion": "1",
 "checksum": {...}, "softwareImages": [...], "additionalArtifacts": [...], "onboardingState": "ONBOARDED", "operationalState": "ENABLED", "usageState": "NOT_IN_USE",
 "_links": {"self": {"href": "http://$host/vnfpkgm/v1/vnf_packages/$pkg"}, "vnfd": {"href": "http://$host/vnfpkgm/v1/vnf_packages/$pkg/vnfd"}, "packageContent": {"href": "http://$host/vnfpkgm/v1/vnf_packages/$pkg/package_content"}}}
PATCH /vnfpkgm/v1/vnf_packages/$pkg  as demo
{"userDefinedData": {"by": "an older client"}}
= 200
{"userDefinedData": {"by": "an older client"}}
PATCH /vnfpkgm/v1/vnf_packages/$pkg  as demo
{"vnfmInfo": []}
= 400
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
= 200
{"vnfmInfo": ["etsivnfm:v2.0.0"], "userDefinedData": {"by": "an older client"}, ...}
GET /vnfpkgm/v1/vnf_packages?filter=(eq,vnfmInfo,etsivnfm:v2.0.0)  as demo
= 200
[]
# Manifests are a resource since version 2.
GET /vnfpkgm/v1/vnf_packages/$pkg/manifest  as demo
= 404
GET /vnfpkgm/v1/vnf_packages/$pkg/vnfd  as demo
= 200

POST /vnflcm/v1/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a", "metadata": {"owner": "me"}}
= 201
< Location: http://$host/vnflcm/v1/vnf_instances/$vnf
{"id": "$vnf := id", "instantiationState": "NOT_INSTANTIATED", "_links": {"self": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}, "instantiate": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf/instantiate"}}, ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", "status": "UP", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201

# Lists where version 2 has maps; the maps are not version 1's.
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": {"a": {"vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}}}
= 400
{"detail": "attribute 'vimConnectionInfo' is not a list, which version 1 has there", ...}
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": [{"vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}]}
= 400
{"detail": "attribute 'vimConnectionInfo[0].id' is required", ...}
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": [{"id": "a", "vimType": "x"}, {"id": "a", "vimType": "x"}]}
= 400
{"detail": "attribute 'vimConnectionInfo': id a is given twice", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": [{"id": "a", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}]}
= 400
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "instantiationLevelId": "two", "vimConnectionInfo": [{"id": "a", "vimId": "east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}],
 "extVirtualLinks": [{"id": "l", "vimConnectionId": "a", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": [{"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.7.0.9"]}]}}]}]}]}]}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", "operationParams": {"vimConnectionInfo": [{"id": "a", ...}], "extVirtualLinks": [{"extCps": [{"cpdId": "out", "cpConfig": [{"cpProtocolData": [{...}]}]}], ...}], ...},
 "_links": {"self": {"href": "http://$host/vnflcm/v1/vnf_lcm_op_occs/$op"}, "vnfInstance": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}, ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
= 200
{"operationParams": {"vimConnectionInfo": {"a": {"vimId": "east", ...}}, "extVirtualLinks": [{"extCps": [{"cpdId": "out", "cpConfig": {"1": {...}}}], ...}], ...}, ...}
GET /vnflcm/v1/vnf_instances/$vnf  as demo
= 200
{"vimConnectionInfo": [{"id": "$east", "vimId": "$ := text", "vimType": "$ := text", ...}], "instantiatedVnfInfo": {"flavourId": "f", "vnfState": "STARTED",
 "extCpInfo": [{"id": "$ := text", "cpdId": "out", "cpProtocolInfo": [...], "extLinkPortId": "$ := text", "associatedVnfcCpId": "$ := text"}], ...}, "_links": {...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vimConnectionInfo": {"$east": {...}}, "instantiatedVnfInfo": {"extCpInfo": [{"cpConfigId": "1", ...}], ...}, ...}
GET /vnflcm/v1/vnf_instances?all_fields&filter=(eq,vimConnectionInfo/id,$east)  as demo
= 200
[{"id": "$vnf", ...}]
POST /vnflcm/v1/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$end := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$end  as demo
~ 200
{"operationState": "COMPLETED", "operation": "TERMINATE", ...}
DELETE /vnflcm/v1/vnf_instances/$vnf  as demo
= 204
