/**
 * Requests and replies: sockets, JSON-RPC 2.0, transactions, the cache of replies. Confined to the
 * protocol server's event loop.
 */
package io.castmesh.medianode.kurento.rpc;
