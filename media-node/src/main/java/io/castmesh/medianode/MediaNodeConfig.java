package io.castmesh.medianode;

import java.util.List;

/**
 * Settings of the media node.
 *
 * @param controlHost where the Kurento protocol listens
 * @param controlPort its port; 0 takes a free one
 * @param mediaHost where media is received: one UDP port for everything
 * @param mediaPort its port; 0 takes a free one
 * @param announcedAddresses addresses told to browsers as ICE candidates; empty: mediaHost, or
 *     every address of this machine when mediaHost is a wildcard
 */
public record MediaNodeConfig(
    String controlHost,
    int controlPort,
    String mediaHost,
    int mediaPort,
    List<String> announcedAddresses) {}
