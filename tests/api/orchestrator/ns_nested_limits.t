# How much may be nested, and what cannot be joined: each refused before anything is made, with its reason.
include service demo
include nests demo seven service service service service service service service
include nests demo many seven seven seven seven seven seven seven
include nests demo more many many
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "more", "nsName": "m", "nsDescription": "d"}
= 201
{"id": "$more := id", ...}
POST /nslcm/v2/ns_instances/$more/instantiate  as demo
{"nsFlavourId": "default"}
= 422
{"detail": "NS profile b: NS profile a: NS profile f: more than 64 network services would be nested in it", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "many", "nsName": "m", "nsDescription": "d"}
= 201
{"id": "$many := id", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$many", "request": {"nsFlavourId": "default"}}
= 200
{"capacity": [{"class": "VCPU", "amount": 98, ...}, ...], ...}

# Four deep, and no more.
include nests demo one service
include nests demo two one
include nests demo three two
include nests demo four three
include nests demo five four
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "four", "nsName": "m", "nsDescription": "d"}
= 201
{"id": "$four := id", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$four", "request": {"nsFlavourId": "default"}}
= 200
{"capacity": [{"class": "VCPU", "amount": 2, ...}, ...], ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "five", "nsName": "m", "nsDescription": "d"}
= 201
{"id": "$five := id", ...}
POST /nslcm/v2/ns_instances/$five/instantiate  as demo
{"nsFlavourId": "default"}
= 422
{"detail": "NS profile a: NS profile a: NS profile a: NS profile a: NS profile a: network services are nested more than 4 deep", ...}

# Names are at most 255 bytes.
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "one", "nsName": "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "nsDescription": "d"}
= 201
{"id": "$long := id", ...}
POST /nslcm/v2/ns_instances/$long/instantiate  as demo
{"nsFlavourId": "default"}
= 422
{"detail": "NS profile a: its name would be longer than 255: name the NS shorter", ...}

# One link of what is nested cannot be two of the service around.
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$doors := id", ...}
PUT /nsd/v2/ns_descriptors/$doors/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings:
    node_type: tosca.nodes.nfv.NS
    requirements: { virtual_link_1: [ front, external_virtual_link ], virtual_link_2: [ back, external_virtual_link ] }
  node_templates:
    doors:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: doors, invariant_id: i, designer: d, version: '1', name: n, flavour_id: default }
    hall:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    front:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: hall } ]
    back:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: hall } ]
= 202
GET /nsd/v2/ns_descriptors/$doors  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$twice := id", ...}
PUT /nsd/v2/ns_descriptors/$twice/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    inside:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: doors, invariant_id: i, designer: d, version: '1', name: n, flavour_id: default }
      requirements: [ { virtual_link_1: left }, { virtual_link_2: right } ]
    twice:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: twice, invariant_id: i, designer: d, version: '1', name: n, flavour_id: default }
    left:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    right:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
= 202
GET /nsd/v2/ns_descriptors/$twice  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "twice", "nsName": "t", "nsDescription": "d"}
= 201
{"id": "$ns2 := id", ...}
POST /nslcm/v2/ns_instances/$ns2/instantiate  as demo
{"nsFlavourId": "default"}
= 422
{"detail": "NS profile inside: link hall of NSD doors would be links left and right of the NS around at once", ...}
