/** The list of videos: finding, renaming, deleting. */
package io.castmesh.vod.library;
