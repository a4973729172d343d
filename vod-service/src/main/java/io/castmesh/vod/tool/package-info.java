/**
 * A program of its own that looks at one recording with FFmpeg's libraries: repairs it and draws
 * its thumbnail. It runs as a child process, so that whatever a broken file does to native code
 * harms nothing else; nothing in the service's own process loads these classes.
 */
package io.castmesh.vod.tool;
