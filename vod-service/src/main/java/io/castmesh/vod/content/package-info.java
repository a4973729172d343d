/** The bytes of videos over HTTP, with the ranges of RFC 9110. */
package io.castmesh.vod.content;
