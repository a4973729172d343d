/** Who is online: one lease a session in Redis, asserted by the gateway that holds the session. */
package io.castmesh.room.presence;
