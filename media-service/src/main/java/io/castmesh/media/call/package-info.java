/** The media of calls between two people: what call-service has agreed on, this connects. */
package io.castmesh.media.call;
