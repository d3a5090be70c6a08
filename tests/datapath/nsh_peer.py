"""A function, or a forwarder with one behind it, that speaks NSH (RFC 8300) by scapy.

    nsh_peer.py READY function IN OUT     frames from one interface leave by the other
    nsh_peer.py READY forwarder IP IP2    VXLAN-GPE on UDP port 4790; IP2: another address of ours

What it does wrong, or with the metadata, is chosen by the UDP destination port of the
packet inside: see EDITS.  READY is made when it listens.
"""

import os
import select
import socket
import struct
import sys

import scapy.config

scapy.config.conf.route = scapy.config.conf.route6 = None
from scapy.contrib.nsh import NSH  # noqa: E402
from scapy.layers.inet import IP, UDP  # noqa: E402
from scapy.layers.l2 import Ether  # noqa: E402

ETHERTYPE = 0x894F
GPE_PORT = 4790
GPE_HEADER = 8
TLV = bytes.fromhex("0100010800c0ffee00c0ffee")  # one context header of 8 bytes
CONTEXT = bytes.fromhex("00000001000000020000000300000004")

# UDP port -> what is returned instead of the header with its index lowered by one.
EDITS = {
    2001: {"context": CONTEXT},
    2002: {"mdtype": 2, "length": 5, "context": TLV},
    2003: {"mdtype": 2, "length": 2, "context": b""},
    2004: {"ttl": 0},  # as if from before there was one: 63
    2005: {"skip": 1},
    2011: {"si": 0},
    2012: {"ttl": 1},
    2013: {"spi": 0x777777},
    2014: {"ver": 1},
    2015: {"oam": 1},
    2016: {"mdtype": 0},
    2017: {"mdtype": 1, "length": 5},
    2018: {"nextproto": 1},
    2019: {"keep": 1},  # the index as it came
    2020: {"si": 200},
    2021: {"cut": 20},
    2022: {"bare": 1},
    2023: {"mdtype": 2, "length": 63, "context": TLV},
    2024: {"stranger": 1},
}


# Packets from or to this UDP port are sent as from the second address, and back.
TRANSLATED = range(2040, 2050)
ADDRESSES = ("10.0.0.1", "10.0.0.9")


def translate(inner):
    """Source address of a packet to such a port, destination address of its answer."""
    frame = Ether(inner)
    if frame[UDP].dport in TRANSLATED:
        frame[IP].src = ADDRESSES[1]
    else:
        frame[IP].dst = ADDRESSES[0]
    del frame[IP].chksum, frame[UDP].chksum
    return bytes(frame)


def port_of(inner):
    """UDP destination port of an Ethernet frame with IPv4 without options, or 0."""
    if inner[12:14] != b"\x08\x00" or inner[23] != 17:
        return 0
    return struct.unpack_from("!H", inner, 36)[0]


def answer(packet):
    """What becomes of the bytes from the NSH on; None = nothing was there to be done."""
    length = (packet[1] & 63) * 4
    inner = packet[length:]
    edit = EDITS.get(port_of(inner))
    if port_of(inner) and {*struct.unpack_from("!HH", inner, 34)} & {*TRANSLATED}:
        return packet[:7] + bytes([packet[7] - 1]) + packet[8:length] + translate(inner)
    if edit is None:  # The quick way, for bulk.
        return packet[:7] + bytes([packet[7] - 1]) + packet[8:]
    if "bare" in edit:
        return None
    # As if it had metadata of type 1: scapy 2.5 does not read the other.
    header = NSH(packet[:2] + b"\x01" + packet[3:8] + bytes(16))
    header.mdtype = packet[2] & 15
    context = packet[8:length]
    header.si -= 0 if "keep" in edit else 1 + edit.get("skip", 0)
    for name in ("ver", "oam", "ttl", "length", "mdtype", "nextproto", "spi", "si"):
        if name in edit:
            setattr(header, name, edit[name])
    mdtype, header.mdtype = header.mdtype, 1
    base = bytearray(bytes(header)[:8])
    base[2] = mdtype
    return (bytes(base) + edit.get("context", context) + inner)[: edit.get("cut")]


def raw(ifname):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s.bind((ifname, ETHERTYPE))
    return s


def function(first, second):
    sides = [raw(first), raw(second)]
    ready()
    while True:
        for s in select.select(sides, [], [])[0]:
            frame, address = s.recvfrom(65535)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            out = answer(frame[14:])
            whole = frame[6:12] + frame[:6] + frame[12:14] + out if out else frame[38:]
            sides[s is sides[0]].send(whole)


def forwarder(*ips):
    ours = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in ips]
    for s, ip in zip(ours, ips):
        s.bind((ip, GPE_PORT))
    ready()
    while True:
        packet, address = ours[0].recvfrom(65535)
        inner = packet[GPE_HEADER + (packet[GPE_HEADER + 1] & 63) * 4 :]
        as_whom = "stranger" in EDITS.get(port_of(inner), {})
        out = packet[:GPE_HEADER] + (answer(packet[GPE_HEADER:]) or b"")
        ours[as_whom].sendto(out, (address[0], GPE_PORT))


def ready():
    os.close(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY, 0o600))


if __name__ == "__main__":
    {"function": function, "forwarder": forwarder}[sys.argv[2]](*sys.argv[3:])
