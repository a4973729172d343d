/**
 * SRTP and SRTCP (RFC 3711, RFC 7714) over the JDK's ciphers: keys in, packets in, packets out.
 *
 * <p>Ciphers are created once per direction and initialised again for every packet; besides what
 * the JDK insists on (a parameter object with the nonce) nothing is allocated per packet. Objects
 * of this package belong to one thread.
 */
package io.castmesh.medianode.engine.srtp;
