/** Where in the world an IP address is, without asking anybody. */
package io.castmesh.vod.place;
