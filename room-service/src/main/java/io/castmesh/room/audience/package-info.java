/** Who watches which live, and how presenter and viewers are told of it without being flooded. */
package io.castmesh.room.audience;
